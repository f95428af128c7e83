package soma.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.model.Normalization;

import java.nio.file.Path;
import java.util.Arrays;

class RunConfigurationTest {
    @TempDir Path folder;

    private Normalization resolved(Dataset data, String... overrides) {
        return Normalization.from(RunConfiguration.resolve(TinyRun.config(overrides), data, 1));
    }

    @Test
    void whatIsMeasuredOrNamedIsWrittenDown() {
        Dataset data = TinyRun.dataset(folder, 3);
        double[] mean = new double[3];
        double[] square = new double[3];
        double n = 0;
        for (ImageRecord record : data.images()) {
            Image8 image = ImageReader.readBgr(record.file());
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < image.width(); x++, n++) {
                    for (int c = 0; c < 3; c++) {
                        mean[c] += image.sample(y, x, c);
                        square[c] += image.sample(y, x, c) * image.sample(y, x, c);
                    }
                }
            }
        }
        double[] std = new double[3];
        for (int c = 0; c < 3; c++) {
            mean[c] /= n;
            std[c] = Math.sqrt(square[c] / n - mean[c] * mean[c]);
        }
        Normalization measured = resolved(data, "SOMA.NORMALIZATION=data");
        assertArrayEquals(mean, measured.mean(), 1e-6);
        assertArrayEquals(std, measured.std(), 1e-6);

        double[] rgb = {123.675, 116.28, 103.53};
        Normalization named = resolved(data, "SOMA.NORMALIZATION=imagenet", "INPUT.FORMAT=RGB");
        assertArrayEquals(rgb, named.mean());
        assertArrayEquals(new double[] {58.395, 57.12, 57.375}, named.std());

        double[] fixed = {127, 127, 127};
        Normalization given =
                resolved(data, "MODEL.PIXEL_MEAN=[127,127,127]", "MODEL.PIXEL_STD=[15,15,15]");
        assertArrayEquals(fixed, given.mean());
        assertArrayEquals(new double[] {15, 15, 15}, given.std());
    }

    @Test
    void aRunsConfigurationNeedsNothingElse() {
        Dataset data = TinyRun.dataset(folder.resolve("data"), 2);
        Path run = folder.resolve("run");
        String[] settings = {"SOMA.NORMALIZATION=data", "SOLVER.MAX_ITER=1", "SOLVER.STEPS=[]"};
        Trainer.train(TinyRun.request(data, run, settings));
        Config written = Config.load(run.toString());
        assertEquals("config", written.getString("SOMA.NORMALIZATION"));
        Normalization expected = resolved(data, settings);
        assertEquals(
                Arrays.toString(expected.mean()),
                Arrays.toString(Normalization.from(written).mean()));
        assertEquals(
                Arrays.toString(expected.std()),
                Arrays.toString(Normalization.from(written).std()));
    }
}
