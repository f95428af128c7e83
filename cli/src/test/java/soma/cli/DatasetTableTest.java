package soma.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.ChannelStatistics;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.model.Normalization;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

class DatasetTableTest {
    @TempDir Path folder;

    @Test
    void theSettingsItPrintsNormaliseByWhatItMeasured() {
        SceneSettings scene = SceneSettings.DEFAULT.withSize(64, 96).withCells(3, 6);
        Dataset dataset = SyntheticDataset.write(folder, 2, 1, scene);
        String line =
                DatasetTable.of(dataset)
                        .lines()
                        .filter(text -> text.startsWith("settings"))
                        .findFirst()
                        .orElseThrow();
        List<String> pasted =
                Arrays.stream(line.split("\\s+")).filter(ConfigOptions::isOverride).toList();
        Normalization read = Normalization.from(Config.load("tiny", pasted));
        ChannelStatistics measured = ChannelStatistics.of(dataset);
        assertArrayEquals(measured.mean(), read.mean(), 5.1e-4);
        assertArrayEquals(measured.std(), read.std(), 5.1e-4);
    }
}
