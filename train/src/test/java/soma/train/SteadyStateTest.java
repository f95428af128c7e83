package soma.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.tensor.Device;
import soma.tensor.spi.MemoryReport;
import soma.train.data.ImageCache;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;

import java.nio.file.Path;
import java.util.List;

final class SteadyStateTest {
    @TempDir Path folder;

    @Test
    void stepsOnTheSameSizesLeaveNothingBehindAndSoonAllocateNothing() {
        Dataset data = TinyRun.dataset(folder, 2);
        Config config = TinyRun.config("INPUT.RANDOM_FLIP=none");
        Device device = Device.cpu();
        RandomStreams streams = new RandomStreams(0);
        TrainingMapper mapper =
                new TrainingMapper(InputConfig.from(config), new ImageCache(0), streams);
        List<TrainingExample> batch =
                data.images().stream().map(image -> mapper.map(image, 0)).toList();
        long before = device.backend().memory().liveBytes();
        try (MaskRcnn model = MaskRcnn.from(config);
                Solver solver = new Solver(config, model.namedParameters())) {
            model.initialize(device, streams);
            model.training(true);
            TrainingStep step = new TrainingStep(model, solver, device, streams);
            // The numbers of proposals and of foreground vary a little: warm up on several.
            for (int i = 0; i < 30; i++) {
                step.run(i, List.of(batch));
            }
            MemoryReport warm = device.backend().memory();
            for (int i = 30; i < 45; i++) {
                step.run(i, List.of(batch));
            }
            MemoryReport later = device.backend().memory();
            assertEquals(warm.liveBytes(), later.liveBytes(), () -> "leak: " + later.live());
            assertEquals(warm.allocations(), later.allocations(), "allocations after warm-up");
        }
        assertEquals(before, device.backend().memory().liveBytes(), "live bytes at the end");
    }
}
