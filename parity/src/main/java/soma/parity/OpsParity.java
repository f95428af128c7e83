package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Scope;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Every case of every operator family of an {@code ops} folder. */
final class OpsParity {
    private final Path folder;
    private final ParityReport report;
    private final Device device;
    private final Map<String, Consumer<Fixture>> families = new LinkedHashMap<>();

    OpsParity(Path folder, ParityReport report, Device device) {
        this.folder = folder;
        this.report = report;
        this.device = device;
        families.put("conv", LayerOps::conv);
        families.put("norm", LayerOps::norm);
        families.put("pool", LayerOps::pool);
        families.put("losses", LayerOps::loss);
        families.put("sgd", LayerOps::sgd);
        families.put("roi_align", DetectionOps::roiAlign);
        families.put("nms", DetectionOps::nms);
        families.put("box_coding", DetectionOps::boxCoding);
        families.put("iou", DetectionOps::iou);
        families.put("matcher", DetectionOps::matcher);
        families.put("anchors", DetectionOps::anchors);
        families.put("levels", DetectionOps::levels);
        families.put("proposals", DetectionOps::proposals);
        families.put("paste", DetectionOps::paste);
        families.put("rpn_loss", LossOps::rpn);
        families.put("fast_rcnn_loss", LossOps::fastRcnn);
        families.put("mask_loss", LossOps::mask);
        families.put("image", new ImageOps(new ImageFiles(folder))::check);
    }

    void run() {
        JsonNode manifest = Json.read(folder.resolve("manifest.json"));
        for (Map.Entry<String, JsonNode> e : manifest.required("families").properties()) {
            String file = e.getValue().required("file").asText();
            report.group("ops/" + file);
            Consumer<Fixture> check = families.get(e.getKey());
            if (check == null) {
                report.fails(e.getKey(), "", "a family that this harness does not know");
                continue;
            }
            StateDict tensors = Checkpoints.read(folder.resolve(file));
            JsonNode cases = e.getValue().required("cases");
            for (Map.Entry<String, JsonNode> c : cases.properties()) {
                if (!report.wants(c.getKey())) {
                    continue;
                }
                try (Scope _ = Scope.open(c.getKey(), device)) {
                    check.accept(new Fixture(report, tensors, c.getKey(), cases));
                } catch (RuntimeException failure) {
                    report.fails(c.getKey(), "", String.valueOf(failure.getMessage()));
                }
            }
        }
        Path schedules = folder.resolve("schedules.json");
        if (Files.exists(schedules)) {
            report.group("ops/schedules.json");
            Json.read(schedules)
                    .properties()
                    .forEach(e -> LayerOps.schedule(report, e.getKey(), e.getValue()));
        }
    }
}
