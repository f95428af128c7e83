package soma.cli.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.maskrcnn.synthetic.SyntheticPredictions;
import soma.maskrcnn.tune.Settings;
import soma.maskrcnn.tune.Tuning;
import soma.maskrcnn.tune.TuningSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

class HeldOutTuningTest {
    @TempDir Path folder;

    @Test
    void eachImageHasSettingsThatWereFoundWithoutIt() throws IOException {
        SceneSettings small = SceneSettings.DEFAULT.withSize(96, 128).withCells(4, 9);
        Dataset dataset = SyntheticDataset.write(folder.resolve("data"), 7, 1, small);
        TuningSet set =
                TuningSet.of(
                        dataset,
                        List.of(StoredPredictions.of(folder, SyntheticPredictions.of(dataset, 1))));
        Files.writeString(folder.resolve("config.yaml"), "_BASE_: tiny\n");
        StudyPlan.Model model =
                new StudyPlan.Model(folder, List.of("SOMA.POST.MIN_PIXELS=[5,0,0]"));
        HeldOutTuning post = new HeldOutTuning("tuned", List.of(model), folder, 4);

        IntFunction<Instances> tuned = post.prepare(dataset, set.found());

        PostConfig start = PostConfig.from(model.config());
        Tuning expected =
                Tuning.of(
                        set,
                        Settings.of(start, 3, Settings.NO_NMS),
                        5,
                        4,
                        (done, total, score) -> {});
        for (int i = 0; i < 7; i++) {
            Instances wanted = set.postProcessed(i, expected.withoutImage(i));
            assertArrayEquals(wanted.scores(), tuned.apply(i).scores());
            assertEquals(wanted.masks(), tuned.apply(i).masks());
        }
    }
}
