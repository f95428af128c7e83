package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.forward.TraceRecorder;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.model.Detector;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.model.TestTimeAugmentation;
import soma.maskrcnn.structures.Instances;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One folder of a model: its weight files, traces, detections, augmented detections, training. */
final class ModelParity {
    private static final String MANIFEST = "manifest.json";
    private static final String CONFIG = "config.yaml";
    private static final List<String> WEIGHTS = List.of("weights.safetensors", "weights.pth");

    private final Path folder;
    private final ParityReport report;
    private final Device device;
    private final JsonNode manifest;
    private final ImageFiles images;
    private final UnknownParts unknown;
    private final Set<String> known = new HashSet<>(List.of(MANIFEST, CONFIG));

    ModelParity(Path folder, ParityReport report, Device device, UnknownParts unknown) {
        this.folder = folder;
        this.report = report;
        this.device = device;
        this.unknown = unknown;
        this.manifest = Json.read(folder.resolve(MANIFEST));
        this.images = new ImageFiles(folder);
    }

    void run() {
        String name = "models/" + folder.getFileName();
        report.group(name);
        StateDict weights = weights();
        if (weights == null) {
            return;
        }
        boolean torchvision =
                weights.names().stream().anyMatch(n -> n.startsWith("backbone.body."));
        if (torchvision) {
            JsonNode info = manifest.required("trace");
            String id = info.required("image_id").asText();
            part(
                    name + "/" + id,
                    () -> {
                        JsonNode architecture = manifest.required("architecture");
                        Config config = TorchvisionTrace.config(weights, architecture);
                        trace(id, info, manifest, config, weights, new TorchvisionTrace());
                    });
        }
        for (Map.Entry<String, JsonNode> e : manifest.path("traces").properties()) {
            JsonNode info = e.getValue();
            part(
                    name + "/" + e.getKey(),
                    () -> {
                        Config config = config(weights, testSize(info));
                        TraceParity.Names names = new TraceParity.Names() {};
                        trace(e.getKey(), info, info, config, weights, names);
                    });
        }
        for (JsonNode tta : list(manifest.path("tta"))) {
            String file = tta.required("file").asText();
            part(name + "/" + file.replace(".json", ""), () -> testTimeAugmentation(tta, weights));
        }
        List<String> overrides = torchvision ? List.of() : List.of(blocks(weights));
        for (JsonNode train : list(manifest.path("train"))) {
            Path run = folder.resolve(train.asText()).getParent();
            known.add(folder.relativize(run).getName(0).toString());
            part(
                    name + "/" + run.getFileName(),
                    () -> new TrainingParity(run, report, device, overrides).run(weights));
            unknown.of(run, TrainingParity.FILES);
        }
        unknown.of(folder, known);
    }

    private void part(String group, Runnable check) {
        report.group(group);
        report.guarded("all of it", check);
    }

    /** One value, or a list of them, or none. */
    private static List<JsonNode> list(JsonNode node) {
        List<JsonNode> out = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(out::add);
        } else if (!node.isMissingNode()) {
            out.add(node);
        }
        return out;
    }

    /** The weights of all files, which must be the same; null if there are none. */
    private StateDict weights() {
        StateDict first = null;
        for (String name : WEIGHTS) {
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                continue;
            }
            known.add(name);
            StateDict dict = Checkpoints.read(file);
            if (first != null) {
                sameWeights(name, first, dict);
            }
            first = first == null ? dict : first;
        }
        if (first == null) {
            report.fails("weights", "", "expected one of " + WEIGHTS + ", got none");
        }
        return first;
    }

    private void sameWeights(String name, StateDict expected, StateDict actual) {
        String wrong = expected.names().equals(actual.names()) ? "" : "other names";
        for (Map.Entry<String, HostTensor> e : expected.tensors().entrySet()) {
            HostTensor other = actual.get(e.getKey());
            if (other != null && !e.getValue().sameBits(other)) {
                wrong = e.getKey() + " differs";
            }
        }
        report.holds(name, expected.size() + " tensors", wrong.isEmpty(), wrong);
    }

    private Config config(StateDict weights, List<String> more) {
        List<String> overrides = new ArrayList<>(more);
        overrides.add(blocks(weights));
        return Config.load(folder.resolve(CONFIG).toString(), overrides);
    }

    /**
     * The number of blocks of each of four stages as an override, since detectron2's config can't
     * say it.
     *
     * @param prefix of the names of stages, before their numbers
     * @param first number
     */
    static String blocks(StateDict weights, String prefix, int first) {
        List<String> counts = new ArrayList<>();
        for (int stage = first; stage < first + 4; stage++) {
            int blocks = 0;
            while (weights.contains(prefix + stage + "." + blocks + ".conv1.weight")) {
                blocks++;
            }
            counts.add(Integer.toString(blocks));
        }
        return "SOMA.RESNET_BLOCKS=[" + String.join(",", counts) + "]";
    }

    private static String blocks(StateDict weights) {
        return blocks(weights, "backbone.bottom_up.res", 2);
    }

    /** Traces of images as they are, and of resized ones, have the same config. */
    private List<String> testSize(JsonNode info) {
        Path file = images.ofId(info.required("image_id").asText());
        JsonNode input = info.at("/tensors/input");
        JsonNode shape =
                input.path("full_shape").isMissingNode()
                        ? input.required("shape")
                        : input.get("full_shape");
        if (file == null) {
            return List.of();
        }
        var size = ImageReader.readSize(file);
        boolean asItIs =
                shape.get(2).asInt() == Math.ceilDiv(size.height(), 32) * 32
                        && shape.get(3).asInt() == Math.ceilDiv(size.width(), 32) * 32;
        return asItIs ? List.of("INPUT.MIN_SIZE_TEST=0") : List.of();
    }

    private Image8 image(String id) {
        Path file = images.ofId(id);
        if (file == null) {
            report.fails("image", "", "images/" + id + ".png is nowhere to be found");
            return null;
        }
        return ImageReader.readBgr(file);
    }

    private MaskRcnn model(Config config, StateDict weights) {
        device.precision(RunConfig.from(config).precision());
        MaskRcnn model = MaskRcnn.from(config);
        StateDict named = ModelFile.forModel(weights, model);
        LoadReport load = model.initialize(device, new RandomStreams(0), named, _ -> false);
        report.holds(
                "names of the weights",
                named.size() + " tensors",
                load.isExact(),
                "missing " + load.missing() + ", unexpected " + load.unexpected());
        return model;
    }

    private void trace(
            String tag,
            JsonNode info,
            JsonNode drifts,
            Config config,
            StateDict weights,
            TraceParity.Names names) {
        String stored = "trace-" + tag + ".safetensors";
        Path detections = folder.resolve("detections-" + tag + ".json");
        known.add(stored);
        known.add(detections.getFileName().toString());
        Image8 pixels = image(info.required("image_id").asText());
        if (pixels == null) {
            return;
        }
        StateDict golden = Checkpoints.read(folder.resolve(stored));
        TraceRecorder recorder = new TraceRecorder();
        Instances found;
        try (MaskRcnn model = model(config, weights)) {
            found = new Detector(model, config, device).detect(pixels, recorder);
        }
        Drift drift = Drift.of(drifts.path("tolerance"));
        StateDict actual = recorder.tensors();
        actual.put("final.boxes", HostTensor.of(found.boxes(), found.size(), 4));
        report.requireListed("", Json.names(info.path("tensors")), golden.names());
        new TraceParity(report, drift, names).compare(golden, actual);
        if (Files.exists(detections)) {
            new DetectionParity(report, drift, names instanceof TorchvisionTrace)
                    .compare(Json.read(detections), found);
        } else {
            report.fails("detections", "", detections.getFileName() + " is missing");
        }
    }

    private void testTimeAugmentation(JsonNode tta, StateDict weights) {
        String file = tta.required("file").asText();
        known.add(file);
        Image8 pixels = image(tta.required("image_id").asText());
        if (pixels == null) {
            return;
        }
        Config config =
                config(
                        weights,
                        List.of(
                                "INPUT.MIN_SIZE_TEST=" + tta.path("MIN_SIZE_TEST").asInt(0),
                                "TEST.AUG.ENABLED=True",
                                "TEST.AUG.MIN_SIZES=" + tta.required("MIN_SIZES"),
                                "TEST.AUG.MAX_SIZE=" + tta.required("MAX_SIZE"),
                                "TEST.AUG.FLIP=" + tta.required("FLIP").asBoolean()));
        try (MaskRcnn model = model(config, weights)) {
            Detector detector = new Detector(model, config, device);
            Instances found =
                    new TestTimeAugmentation(model, detector, config, device).detect(pixels);
            new DetectionParity(report, Drift.none(), false)
                    .compare(Json.read(folder.resolve(file)), found);
        }
    }
}
