package soma.maskrcnn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.forward.TraceRecorder;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Instances;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Checkpoints;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * The whole forward pass of a very narrow grouped ResNet-FPN against detectron2's, with a fixture
 * that lies in the repository ({@code make.py} beside it made it).
 */
class NarrowModelTest {
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void traceAndDetectionsAreDetectron2s(String device) throws Exception {
        Config config = Config.load(resource("config.yaml").toString());
        Device on = Device.of(device);
        TraceRecorder recorder = new TraceRecorder();
        Instances found;
        try (MaskRcnn model = MaskRcnn.from(config)) {
            LoadReport report =
                    model.initialize(
                            on,
                            new RandomStreams(0),
                            Checkpoints.read(resource("weights.safetensors")),
                            parameter -> false);
            assertTrue(report.isExact(), report::toString);
            found =
                    new Detector(model, config, on)
                            .detect(ImageReader.readBgr(resource("image.png")), recorder);
        }
        TraceComparison.compareTrace(
                Checkpoints.read(resource("trace.safetensors")), recorder.tensors());
        TraceComparison.compareDetections(
                new ObjectMapper().readTree(resource("detections.json").toFile()), found);
    }

    private static Path resource(String name) throws URISyntaxException, IOException {
        return Path.of(NarrowModelTest.class.getResource("narrow/" + name).toURI());
    }

    @Test
    void aRecorderKeepsOnlyWhatIsWanted() {
        try (var _ = Scope.open("test", Device.cpuReference())) {
            TraceRecorder recorder = new TraceRecorder("a"::equals);
            float[] nhwc = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
            recorder.seen("a", Tensor.of(nhwc, 1, 2, 3, 2));
            recorder.seen("b", Tensor.of(nhwc, 12));
            assertEquals(1, recorder.tensors().size());
            assertEquals(Shape.of(1, 2, 2, 3), recorder.tensors().get("a").shape());
            assertArrayEquals(
                    new float[] {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11},
                    recorder.tensors().get("a").floats());
        }
    }
}
