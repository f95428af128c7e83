package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/** {@code soma bench ensemble}. */
@Command(
        name = "ensemble",
        description = {
            "Fusing and post-processing the detections of several models in one image of 520x704,"
                    + " by each method and with the masks of the best box, averaged or voted on."
        },
        footer = {"", "Example: soma bench ensemble --boxes 800 --models 6"})
final class EnsembleCommand implements Callable<Integer> {
    /** By default: detections of all models together. */
    static final int BOXES = 800;

    /** By default: models. */
    static final int MODELS = 6;

    private static final int HEIGHT = 520;
    private static final int WIDTH = 704;
    private static final int SIDE = 28;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Option(
            names = "--boxes",
            paramLabel = "N",
            defaultValue = "" + BOXES,
            description = "Detections of all models together (default: ${DEFAULT-VALUE}).")
    private int boxes;

    @Option(
            names = "--models",
            paramLabel = "N",
            defaultValue = "" + MODELS,
            description = "Number of models (default: ${DEFAULT-VALUE}).")
    private int models;

    @Override
    public Integer call() throws IOException {
        Dimensions.positive(spec, "--boxes", boxes);
        Dimensions.positive(spec, "--models", models);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        run(session, boxes, models, options.runs(21));
        session.finish();
        return 0;
    }

    static void run(Session session, int boxes, int models, int runs) {
        List<Instances> found = drawn(boxes, models);
        long bytes = 4L * SIDE * SIDE * found.stream().mapToInt(Instances::size).sum();
        for (String method : List.of("nms", "soft-nms", "wbf", "nmw")) {
            for (String masks : List.of("winner", "average", "vote")) {
                Config config =
                        Config.load(
                                "sartorius_r50",
                                List.of(
                                        "SOMA.ENSEMBLE.METHOD=" + method,
                                        "SOMA.ENSEMBLE.MASKS=" + masks));
                PredictionChain chain = PredictionChain.from(config, models);
                Sample sample = session.time(runs, () -> chain.apply(found));
                session.add(
                        new Row(
                                "ensemble " + method + " " + masks,
                                boxes + " of " + models + " models",
                                sample,
                                0,
                                bytes));
            }
        }
    }

    /** Cells of 15 to 60 pixels, which each model sees a little displaced, in one class. */
    private static List<Instances> drawn(int boxes, int models) {
        Random random = new Random(1);
        int cells = Math.max(1, boxes / models);
        float[][] places = new float[cells][];
        for (int i = 0; i < cells; i++) {
            float x = random.nextFloat() * (WIDTH - 70) + 5;
            float y = random.nextFloat() * (HEIGHT - 70) + 5;
            places[i] =
                    new float[] {
                        x, y, x + 15 + random.nextFloat() * 45, y + 15 + random.nextFloat() * 45
                    };
        }
        List<Instances> found = new ArrayList<>();
        for (int m = 0; m < models; m++) {
            int n = (m + 1) * boxes / models - m * boxes / models;
            found.add(model(random, places, n));
        }
        return found;
    }

    private static Instances model(Random random, float[][] places, int n) {
        float[] scores = new float[n];
        for (int i = 0; i < n; i++) {
            scores[i] = 0.2f + 0.8f * random.nextFloat();
        }
        Arrays.sort(scores);
        float[] boxes = new float[4 * n];
        float[] descending = new float[n];
        float[] values = new float[n * SIDE * SIDE];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            descending[i] = scores[n - 1 - i];
            float[] box = places[i % places.length].clone();
            for (int k = 0; k < 4; k++) {
                box[k] += 4 * random.nextFloat() - 2;
            }
            System.arraycopy(box, 0, boxes, 4 * i, 4);
            ellipse(random, values, i);
        }
        MaskProbabilities squares = new MaskProbabilities(SIDE, values, MaskPaste.DETECTRON2);
        for (int i = 0; i < n; i++) {
            masks.add(mask(squares, i, Arrays.copyOfRange(boxes, 4 * i, 4 * i + 4)));
        }
        return new Instances(HEIGHT, WIDTH, boxes, descending, new int[n], masks, squares);
    }

    /** High in the middle and low at the corners, with noise. */
    private static void ellipse(Random random, float[] values, int i) {
        float middle = (SIDE - 1) / 2f;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double r = Math.hypot(x - middle, y - middle) / middle;
                double p = 1 / (1 + Math.exp(8 * (r - 0.9))) + 0.1 * random.nextGaussian();
                values[(i * SIDE + y) * SIDE + x] = (float) Math.clamp(p, 0, 1);
            }
        }
    }

    private static Rle mask(MaskProbabilities squares, int i, float[] box) {
        var window = squares.window(i, box, HEIGHT, WIDTH);
        var b = window.bounds();
        byte[] set = new byte[window.values().length];
        for (int k = 0; k < set.length; k++) {
            set[k] = (byte) (window.values()[k] >= 0.5f ? 1 : 0);
        }
        return Rle.encodeWindow(HEIGHT, WIDTH, set, b.x0(), b.y0(), b.height(), b.width());
    }
}
