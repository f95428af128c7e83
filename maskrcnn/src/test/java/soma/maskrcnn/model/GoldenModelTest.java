package soma.maskrcnn.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.SharedFiles;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.forward.TraceRecorder;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.structures.Instances;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;

import java.util.List;

/**
 * The whole forward pass against detectron2's, tensor by tensor, for small trained models. The
 * tolerances are those that the fixtures' manifests advise.
 */
class GoldenModelTest {
    @ParameterizedTest
    @CsvSource({
        "r50, 2d8810967b36, 0, cpu",
        "r50, 2d8810967b36, 0, cpu-reference",
        "r50, 84318d167a6c, 0, cpu",
        "r50, 84318d167a6c, 0, cpu-reference",
        "r50, 2d8810967b36, 800, cpu",
        "r50, 2d8810967b36, 800, cpu-reference",
        "x101, 2d8810967b36, 0, cpu",
    })
    void traceAndDetectionsAreDetectron2s(String name, String image, int minSize, String device) {
        String folder = "golden/models/" + name + "/";
        String suffix = image + (minSize == 0 ? "" : "-resized");
        StateDict golden =
                Checkpoints.read(SharedFiles.require(folder + "trace-" + suffix + ".safetensors"));
        JsonNode detections = SharedFiles.json(folder + "detections-" + suffix + ".json");
        Config config =
                Config.load(
                        SharedFiles.require(folder + "config.yaml").toString(),
                        List.of("INPUT.MIN_SIZE_TEST=" + minSize));
        Image8 pixels = ImageReader.readBgr(SharedFiles.require("golden/images/" + image + ".png"));
        Device on = Device.of(device);
        TraceRecorder recorder = new TraceRecorder();
        Instances found;
        try (MaskRcnn model = MaskRcnn.from(config)) {
            StateDict weights =
                    Checkpoints.read(SharedFiles.require(folder + "weights.safetensors"));
            LoadReport report =
                    model.initialize(on, new RandomStreams(0), weights, parameter -> false);
            assertTrue(report.isExact(), report::toString);
            found = new Detector(model, config, on).detect(pixels, recorder);
        }
        TraceComparison.compareTrace(golden, recorder.tensors());
        TraceComparison.compareDetections(detections, found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void testTimeAugmentationIsDetectron2s(String device) {
        String folder = "golden/models/r50/";
        JsonNode tta = SharedFiles.json(folder + "manifest.json").get("tta");
        Config config =
                Config.load(
                        SharedFiles.require(folder + "config.yaml").toString(),
                        List.of(
                                "INPUT.MIN_SIZE_TEST=0",
                                "TEST.AUG.MIN_SIZES=" + tta.get("MIN_SIZES"),
                                "TEST.AUG.MAX_SIZE=" + tta.get("MAX_SIZE"),
                                "TEST.AUG.FLIP=" + tta.get("FLIP")));
        String image = tta.get("image_id").asText();
        Image8 pixels = ImageReader.readBgr(SharedFiles.require("golden/images/" + image + ".png"));
        Device on = Device.of(device);
        try (MaskRcnn model = MaskRcnn.from(config)) {
            StateDict weights = Checkpoints.read(SharedFiles.require(folder + "weights.pth"));
            model.initialize(on, new RandomStreams(0), weights, parameter -> false);
            Detector detector = new Detector(model, config, on);
            TraceComparison.compareDetections(
                    SharedFiles.json(folder + tta.get("file").asText()),
                    new TestTimeAugmentation(model, detector, config, on).detect(pixels));
        }
    }
}
