package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Scope;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Every case of every operator family of an {@code ops} folder. */
final class OpsParity {
    private static final String MANIFEST = "manifest.json";
    private static final String SCHEDULES = "schedules.json";

    private final Path folder;
    private final ParityReport report;
    private final Device device;
    private final UnknownParts unknown;
    private final Map<String, Consumer<Fixture>> families = new LinkedHashMap<>();

    OpsParity(Path folder, ParityReport report, Device device, UnknownParts unknown) {
        this.folder = folder;
        this.report = report;
        this.device = device;
        this.unknown = unknown;
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

    /** Whether a folder holds operators. */
    static boolean isHere(Path folder) {
        Path manifest = folder.resolve(MANIFEST);
        return Files.exists(manifest) && Json.read(manifest).has("families");
    }

    void run() {
        Set<String> known = new HashSet<>(List.of(MANIFEST, SCHEDULES));
        JsonNode manifest = Json.read(folder.resolve(MANIFEST));
        for (Map.Entry<String, JsonNode> e : manifest.required("families").properties()) {
            String file = e.getValue().required("file").asText();
            known.add(file);
            report.group("ops/" + file);
            Consumer<Fixture> check = families.get(e.getKey());
            if (check == null) {
                report.fails(e.getKey(), "", "a family that this harness does not know");
                continue;
            }
            report.guarded(e.getKey(), () -> family(e.getValue(), check));
        }
        Path schedules = folder.resolve(SCHEDULES);
        if (Files.exists(schedules)) {
            report.group("ops/schedules.json");
            Json.read(schedules)
                    .properties()
                    .forEach(e -> LayerOps.schedule(report, e.getKey(), e.getValue()));
        }
        unknown.of(folder, known);
    }

    private void family(JsonNode family, Consumer<Fixture> check) {
        StateDict tensors = Checkpoints.read(folder.resolve(family.required("file").asText()));
        JsonNode cases = family.required("cases");
        List<String> listed = Json.names(family.path("tensors"));
        for (Map.Entry<String, JsonNode> c : cases.properties()) {
            report.guarded(
                    c.getKey(),
                    () -> {
                        try (Scope _ = Scope.open(c.getKey(), device)) {
                            Fixture fixture = new Fixture(report, tensors, c.getKey(), cases);
                            check.accept(fixture);
                            fixture.checkComplete(listed);
                        }
                    });
        }
    }
}
