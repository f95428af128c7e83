package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.Parameter;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.train.Solver;
import soma.train.data.ImageCache;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Losses and gradients of the first step, the losses of all recorded steps, and the weights and
 * running statistics after them. Every anchor and every proposal is used there, so no random choice
 * enters.
 */
final class TrainingParity {
    private static final String ANNOTATIONS = "annotations.json";
    private static final String CONFIG = "config.yaml";
    private static final String FIRST = "losses-step0.json";
    private static final String GRADIENTS = "grads.safetensors";
    private static final String MANIFEST = "manifest.json";
    private static final String METRICS = "metrics.json";
    private static final String AFTER = "weights-after-20.safetensors";

    /** What the folder of a run holds. */
    static final Set<String> FILES =
            Set.of(ANNOTATIONS, "images", CONFIG, FIRST, GRADIENTS, MANIFEST, METRICS, AFTER);

    /** What rounding does to the losses of step 0 (README of the fixtures). */
    private static final double FIRST_LOSSES = 7e-7;

    /** Losses smaller than this are compared as if they were so large. */
    private static final double SMALL_LOSS = 1e-3;

    /** So many samples of a step may have another label than in the record. */
    private static final int FLIPPED_SAMPLES = 2;

    /** What one of them has done to a loss of the library (README of the fixtures). */
    private static final double FLIPPED_LOSS = 6e-2;

    private static final List<String> COUNTS =
            List.of(
                    "roi_head/num_fg_samples", "roi_head/num_bg_samples",
                    "rpn/num_pos_anchors", "rpn/num_neg_anchors");

    private final Path folder;
    private final ParityReport report;
    private final Device device;
    private final Config config;
    private final JsonNode manifest;
    private double tolerance = Fixture.LEAST_TOLERANCE;
    private int flippedNow;

    TrainingParity(Path folder, ParityReport report, Device device, List<String> overrides) {
        this.folder = folder;
        this.report = report;
        this.device = device;
        this.config = Config.load(folder.resolve(CONFIG).toString(), overrides);
        this.manifest = Json.read(folder.resolve(MANIFEST));
    }

    /** Trains from the given weights. */
    void run(StateDict start) {
        RandomStreams streams = new RandomStreams(0);
        TrainingMapper mapper =
                new TrainingMapper(InputConfig.from(config), new ImageCache(0), streams);
        List<TrainingExample> batch =
                DatasetReader.read(folder.resolve(ANNOTATIONS)).images().stream()
                        .map(image -> mapper.map(image, 0))
                        .toList();
        List<Image8> images = batch.stream().map(TrainingExample::image).toList();
        List<GroundTruth> truths = batch.stream().map(TrainingExample::truth).toList();
        List<JsonNode> steps = Json.lines(folder.resolve(METRICS));
        device.precision(RunConfig.from(config).precision());
        try (MaskRcnn model = MaskRcnn.from(config)) {
            StateDict named = ModelFile.forModel(start, model);
            model.initialize(device, streams, named, _ -> false);
            model.training(true);
            try (Solver solver = new Solver(config, model.namedParameters())) {
                for (int i = 0; i < steps.size(); i++) {
                    // What drifts apart doesn't come together again.
                    tolerance = Math.max(tolerance, Fixture.FACTOR * lossDrift(i));
                    try (Scope _ = Scope.open("step", device)) {
                        TrainingLosses losses =
                                model.losses(
                                        model.batch(images),
                                        truths,
                                        streams.stream("sampling"),
                                        Trace.NONE);
                        if (i == 0) {
                            compareCounts(steps.getFirst(), losses.metrics(), images.size());
                            compareFirst(losses);
                        }
                        countFlips(steps.get(i), losses.metrics(), images.size());
                        compareStep(steps.get(i), losses, solver.rate(i), i);
                        Gradients gradients = Autograd.backward(losses.total());
                        if (i == 0) {
                            compareGradients(model, gradients);
                        }
                        solver.step(gradients, i);
                    }
                }
            }
            if (Files.exists(folder.resolve(AFTER))) {
                StateDict recorded = Checkpoints.read(folder.resolve(AFTER));
                new TrainedWeightsParity(report, manifest, named, recorded)
                        .compare(
                                model.stateDict(),
                                drift("weights_after_20_max_abs"),
                                largestLossDrift());
            }
        }
    }

    private static Map<String, Double> values(TrainingLosses losses) {
        Map<String, Double> out = new LinkedHashMap<>();
        losses.losses().forEach((name, loss) -> out.put(name, loss.item()));
        out.put("total_loss", losses.total().item());
        return out;
    }

    private void compareFirst(TrainingLosses losses) {
        JsonNode expected = Json.read(folder.resolve(FIRST));
        Map<String, Double> values = values(losses);
        for (String name : Json.names(expected)) {
            if (name.contains("loss") && !values.containsKey(name)) {
                report.fails("step 0 " + name, "[]", "Soma has no such loss");
            }
        }
        values.forEach(
                (name, value) -> {
                    double want = expected.path(name).asDouble(Double.NaN);
                    double limit =
                            Fixture.FACTOR * FIRST_LOSSES * Math.max(SMALL_LOSS, Math.abs(want));
                    report.absolute(
                            "step 0 " + name,
                            "[]",
                            new double[] {want},
                            new double[] {value},
                            limit);
                });
    }

    /** The fixture has sums over its images, detectron2's log and ours the mean. */
    private void compareCounts(JsonNode expected, Map<String, Double> metrics, int images) {
        for (String name : COUNTS) {
            String golden = name.substring(name.indexOf('/') + 1);
            long want = expected.required(golden).asLong();
            long got = Math.round(images * metrics.get(name));
            report.exact("step 0 " + golden, "[]", new long[] {want}, new long[] {got});
        }
    }

    /**
     * A proposal whose overlap lies within rounding of a threshold may change sides: then the
     * losses are those of another sample, and may differ by as much as the library's own runs did
     * where that happened to them.
     */
    private void countFlips(JsonNode expected, Map<String, Double> metrics, int images) {
        double recorded = expected.required("num_fg_samples").asDouble();
        double flips = Math.abs(recorded - images * metrics.get("roi_head/num_fg_samples"));
        flippedNow = flips <= FLIPPED_SAMPLES ? (int) flips : 0;
        if (flippedNow > 0) {
            tolerance = Math.max(tolerance, largestLossDrift());
        }
    }

    private void compareStep(JsonNode expected, TrainingLosses losses, double rate, int step) {
        Map<String, Double> got = values(losses);
        double total = expected.get("total_loss").asDouble();
        double worst = 0;
        String which = "";
        for (Map.Entry<String, Double> e : got.entrySet()) {
            double want = expected.required(e.getKey()).asDouble();
            double off = Math.abs(e.getValue() - want);
            // The drift was measured relative to each loss; the smallest ones are noise.
            double relative = off / Math.max(Math.abs(want), SMALL_LOSS);
            if (Double.compare(relative, worst) > 0) { // NaN counts as the largest
                worst = relative;
                which = e.getKey();
            }
        }
        double allowed = Math.max(tolerance, flippedNow * FLIPPED_LOSS);
        String flipped = flippedNow + " samples at a threshold have another label";
        report.measured(
                "step " + step + " losses, relative",
                "[6]",
                worst,
                new double[] {1},
                allowed,
                worst > allowed
                        ? which + " differs, total " + total
                        : flippedNow > 0 ? flipped : "");
        double lr = expected.get("lr").asDouble();
        report.absolute(
                "step " + step + " lr", "[]", new double[] {lr}, new double[] {rate}, 1e-12);
    }

    private void compareGradients(MaskRcnn model, Gradients gradients) {
        StateDict stored = Checkpoints.read(folder.resolve(GRADIENTS));
        report.requireListed("grad.", Json.names(manifest.path("gradients")), stored.names());
        StateDict expected = ModelFile.inDetectron2Names(stored, false);
        double allowed = Fixture.FACTOR * drift("gradient_max_relative_to_parameter_max");
        double squares = 0;
        double norm = 0;
        int seen = 0;
        for (Parameter p : model.parameters()) {
            HostTensor want = expected.get(p.name());
            if (want == null) {
                continue;
            }
            seen++;
            Tensor gradient = p.trainable() ? gradients.of(p.value()) : null;
            if (gradient == null) {
                report.fails("grad." + p.name(), want.shape().toString(), "no gradient");
                continue;
            }
            double[] e = want.doubles();
            double[] a = p.toHost(gradient).doubles();
            report.relative("grad." + p.name(), want, a, allowed);
            for (int i = 0; i < e.length; i++) {
                squares += (e[i] - a[i]) * (e[i] - a[i]);
                norm += e[i] * e[i];
            }
        }
        long[] counts = {expected.size()};
        report.exact("gradients", "[]", counts, new long[] {seen});
        report.measured(
                "all gradients, relative L2",
                seen + " parameters",
                Math.sqrt(squares / norm),
                new double[] {1},
                Fixture.FACTOR * drift("gradient_global_relative_l2"),
                "");
    }

    /** The largest drift of a figure among the library's own runs. */
    private double drift(String figure) {
        double worst = 0;
        for (JsonNode run : manifest.required("tolerance")) {
            worst = Math.max(worst, run.path(figure).asDouble());
        }
        return worst;
    }

    private double largestLossDrift() {
        double worst = 0;
        for (JsonNode run : manifest.required("tolerance")) {
            for (JsonNode step : run.path("loss_relative_difference_per_step")) {
                worst = Math.max(worst, step.asDouble());
            }
        }
        return worst;
    }

    private double lossDrift(int step) {
        double worst = 0;
        for (JsonNode run : manifest.required("tolerance")) {
            JsonNode steps = run.path("loss_relative_difference_per_step");
            worst = Math.max(worst, steps.path(step).asDouble());
        }
        return worst;
    }
}
