package soma.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.CompetitionCsvWriter;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.ImageIO;

/** From one class in the layout of DSB2018 to three in the competition's CSV, on drawn cells. */
class FineTuningTest {
    private static final String CLASSES = "MODEL.ROI_HEADS.NUM_CLASSES";
    private static final List<String> OF_CLASSES =
            List.of(
                    "roi_heads.box_predictor.cls_score.weight",
                    "roi_heads.box_predictor.cls_score.bias",
                    "roi_heads.box_predictor.bbox_pred.weight",
                    "roi_heads.box_predictor.bbox_pred.bias",
                    "roi_heads.mask_head.predictor.weight",
                    "roi_heads.mask_head.predictor.bias");

    @TempDir Path folder;

    /** {@code <id>/images/<id>.png} and {@code <id>/masks/<n>.png}. */
    private static void writeDsb2018(Dataset cells, Path out) throws IOException {
        for (ImageRecord image : cells.images()) {
            Path images = Files.createDirectories(out.resolve(image.id()).resolve("images"));
            Path masks = Files.createDirectories(out.resolve(image.id()).resolve("masks"));
            Files.copy(image.file(), images.resolve(image.id() + ".png"));
            for (Annotation object : image.annotations()) {
                byte[] bits = object.segmentation().toRle(image.height(), image.width()).decode();
                BufferedImage mask =
                        new BufferedImage(
                                image.width(), image.height(), BufferedImage.TYPE_BYTE_GRAY);
                for (int i = 0; i < bits.length; i++) {
                    int x = i % image.width();
                    mask.getRaster().setSample(x, i / image.width(), 0, 255 * bits[i]);
                }
                ImageIO.write(mask, "png", masks.resolve(object.id() + ".png").toFile());
            }
        }
    }

    private static String train(Path data, Path out, Object... more) {
        List<Object> args = new ArrayList<>();
        args.addAll(List.of("train", "--config", "tiny", "--data", data, "--out", out));
        args.addAll(List.of("--seed", 3, "--quiet", "SOLVER.STEPS=[]", "SOLVER.WARMUP_ITERS=0"));
        args.addAll(List.of("SOLVER.MAX_ITER=2", "SOLVER.IMS_PER_BATCH=2"));
        args.addAll(List.of(more));
        return CommandLineRun.output(args.toArray());
    }

    @Test
    void nucleiThenCellsOfThreeClasses() throws IOException {
        SceneSettings small = SceneSettings.DEFAULT.withSize(64, 80).withCells(3, 5);
        Dataset cells = SyntheticDataset.write(folder.resolve("drawn"), 4, 1, small);
        Path nuclei = folder.resolve("stage1_train");
        writeDsb2018(cells, nuclei);
        Path table = folder.resolve("train.csv");
        CompetitionCsvWriter.write(cells, table);

        Path before = folder.resolve("nuclei");
        train(nuclei, before);
        assertEquals(1, Config.load(before.toString()).getInt(CLASSES));
        StateDict pretrained = Safetensors.read(before.resolve("final.safetensors"));

        // At a rate that no weight feels, what is taken over stays as it was.
        Path after = folder.resolve("cells");
        train(
                table,
                after,
                "--images",
                folder.resolve("drawn/images"),
                "--weights",
                before.resolve("final.safetensors"),
                "SOLVER.BASE_LR=1e-30",
                "MODEL.RESNETS.NORM=FrozenBN");
        assertEquals(3, Config.load(after.toString()).getInt(CLASSES));
        StateDict tuned = Safetensors.read(after.resolve("final.safetensors"));
        for (String name : tuned.names()) {
            if (OF_CLASSES.contains(name)) {
                int rows = tuned.require(name).shape().dim(0);
                int expected = name.contains("cls_score") ? 4 : name.contains("bbox") ? 12 : 3;
                assertEquals(expected, rows, name);
                assertFalse(
                        tuned.require(name).shape().equals(pretrained.require(name).shape()), name);
            } else {
                assertArrayEquals(
                        pretrained.require(name).floats(),
                        tuned.require(name).floats(),
                        1e-20f,
                        name);
            }
        }
        String log = Files.readString(after.resolve("log.txt"));
        assertTrue(
                log.contains("final.safetensors: 6 of another shape, initialised anew (another"),
                log);
        OF_CLASSES.forEach(name -> assertTrue(log.contains(name + ": expected ["), name));
    }
}
