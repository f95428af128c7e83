package soma.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.CocoWriter;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code train}, {@code infer}, {@code trace} and {@code demo} with few steps on small images. */
class ModelCommandsTest {
    @TempDir static Path folder;
    private static Path annotations;
    private static Path image;
    private static Path run;

    @BeforeAll
    static void trainAModel() {
        SceneSettings small = SceneSettings.DEFAULT.withSize(64, 80).withCells(3, 5);
        annotations = SyntheticDataset.write(folder.resolve("data"), 4, 1, small).source();
        image = folder.resolve("data/images/cells-0002.png");
        run = folder.resolve("run");
        String line = CommandLineRun.output(training(run, "SOLVER.MAX_ITER=3"));
        assertTrue(line.startsWith("trained after 3 iterations"), line);
        assertTrue(line.contains("; best segm/AP "), line);
    }

    /** Arguments of a short training on three of the four images. */
    private static Object[] training(Path out, Object... more) {
        List<Object> args = new ArrayList<>();
        args.addAll(List.of("train", "--config", "tiny", "--data", annotations));
        args.addAll(List.of("--val-fraction", 0.25, "--seed", 3, "--out", out, "--quiet"));
        args.addAll(List.of("SOLVER.STEPS=[]", "SOLVER.WARMUP_ITERS=0"));
        args.addAll(List.of("SOLVER.IMS_PER_BATCH=2", "SOMA.LOG_PERIOD=1"));
        args.addAll(List.of(more));
        return args.toArray();
    }

    @Test
    void trainWritesARunDirectory() throws IOException {
        for (String file :
                List.of(
                        "config.yaml",
                        "environment.json",
                        "log.txt",
                        "metrics.json",
                        "last_checkpoint",
                        "best.safetensors",
                        "final.safetensors",
                        "classes.json")) {
            assertTrue(Files.isRegularFile(run.resolve(file)), file);
        }
        List<String> lines = Files.readAllLines(run.resolve("metrics.json"));
        JsonNode last = new ObjectMapper().readTree(lines.getLast());
        assertEquals(2, last.get("iteration").asInt());
        for (String key : List.of("total_loss", "loss_mask", "lr", "time", "sartorius/score")) {
            assertTrue(last.get(key).isNumber(), key);
        }
        assertTrue(Files.readString(run.resolve("environment.json")).contains("--val-fraction"));
    }

    @Test
    void resumeContinuesToTheSameWeights() throws IOException {
        Path halves = folder.resolve("halves");
        CommandLineRun.output(training(halves, "SOLVER.MAX_ITER=2"));
        CommandLineRun.output(training(halves, "SOLVER.MAX_ITER=3", "--resume"));

        assertEquals(
                -1,
                Files.mismatch(
                        run.resolve("final.safetensors"), halves.resolve("final.safetensors")));
    }

    @Test
    void dataOfFewerClassesMakesASmallerModel() {
        Dataset all = DatasetReader.read(annotations);
        List<ImageRecord> images =
                all.images().stream()
                        .map(
                                i ->
                                        i.withAnnotations(
                                                i.annotations().stream()
                                                        .filter(a -> a.category() == 0)
                                                        .toList()))
                        .filter(i -> !i.annotations().isEmpty())
                        .toList();
        Path one = folder.resolve("data/one-class.json");
        CocoWriter.write(
                new Dataset(
                        one,
                        all.format(),
                        images,
                        all.categories().subList(0, 1),
                        false,
                        all.unusableImages(),
                        all.report()),
                one);
        Path out = folder.resolve("one-class");
        CommandLineRun.output(
                "train",
                "--config",
                "tiny",
                "--data",
                one,
                "--out",
                out,
                "--quiet",
                "SOLVER.MAX_ITER=1",
                "SOLVER.STEPS=[]",
                "SOMA.POST.MIN_PIXELS=[5,5,5]",
                "SOMA.POST.SCORE_THRESHOLDS=[0.1,0.2,0.3]");

        Config config = Config.load(out.toString());
        assertEquals(1, config.getInt("MODEL.ROI_HEADS.NUM_CLASSES"));
        assertArrayEquals(new int[] {5}, config.getInts("SOMA.POST.MIN_PIXELS"));
        assertEquals(0, config.getDoubles("SOMA.POST.SCORE_THRESHOLDS").length);
    }

    @Test
    void aRunIsNotOverwrittenUnlessForced() {
        Path again = folder.resolve("again");
        CommandLineRun.output(training(again, "SOLVER.MAX_ITER=1"));
        String line = CommandLineRun.error(ExitStatus.FAILED, training(again, "SOLVER.MAX_ITER=1"));
        assertTrue(line.contains("--force"), line);
        CommandLineRun.output(training(again, "SOLVER.MAX_ITER=1", "--force"));
    }

    @Test
    void inferUsesTheRunDirectory() throws IOException {
        Path out = folder.resolve("predictions");
        String text =
                CommandLineRun.output(
                        "infer",
                        "--config",
                        run,
                        "--out",
                        out,
                        "--formats",
                        "coco,csv,overlay,labels",
                        "--quiet",
                        "--images",
                        image.getParent(),
                        "MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.0",
                        "TEST.DETECTIONS_PER_IMAGE=5");

        assertTrue(text.startsWith("4 images, "), text);
        JsonNode results = new ObjectMapper().readTree(out.resolve("results.json").toFile());
        assertTrue(results.size() <= 20, () -> "detections: " + results.size());
        assertTrue(
                Files.readAllLines(out.resolve("submission.csv"))
                        .getFirst()
                        .equals("id,predicted"));
        for (String file : List.of("overlays/cells-0001.png", "labels/cells-0004.tif")) {
            assertTrue(Files.isRegularFile(out.resolve(file)), file);
        }
        String scores =
                CommandLineRun.output(
                        "eval", "--gt", annotations, "--pred", out.resolve("submission.csv"));
        assertTrue(scores.contains("Competition score"), scores);
    }

    @Test
    void traceHasLossesAndGradients() {
        Path out = folder.resolve("trace.safetensors");
        CommandLineRun.output(
                "trace",
                "--config",
                run,
                "--image",
                image,
                "--data",
                annotations,
                "--gradients",
                "--out",
                out,
                "--quiet",
                "MODEL.ROI_HEADS.SCORE_THRESH_TEST=0.0");

        StateDict trace = Safetensors.read(out);
        assertArrayEquals(new int[] {1, 3, 64, 96}, trace.require("input").shape().dims());
        assertArrayEquals(new int[] {1, 32, 16, 24}, trace.require("p2").shape().dims());
        for (String name :
                List.of("rpn.logits.p6", "proposals.boxes", "box.scores", "detections.classes")) {
            trace.require(name);
        }
        double sum = 0;
        for (String name :
                List.of("loss_cls", "loss_box_reg", "loss_mask", "loss_rpn_cls", "loss_rpn_loc")) {
            sum += trace.require("loss." + name).floats()[0];
        }
        assertEquals(trace.require("loss.total_loss").floats()[0], sum, 1e-5);
        StateDict weights = Safetensors.read(run.resolve("best.safetensors"));
        StateDict gradients = trace.withPrefix("grad.");
        assertTrue(gradients.size() > 40, () -> gradients.names().toString());
        gradients
                .tensors()
                .forEach((name, g) -> assertEquals(weights.require(name).shape(), g.shape(), name));
    }

    @Test
    void traceKeepsWhatIsAskedFor() {
        Path out = folder.resolve("some.safetensors");
        CommandLineRun.output(
                "trace",
                "--config",
                run,
                "--image",
                image,
                "--out",
                out,
                "--quiet",
                "--only",
                "^(stem|p[23])$");

        assertEquals(List.of("stem", "p2", "p3"), List.copyOf(Safetensors.read(out).names()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "train --config none --data DATA --out OUT|none: no such configuration",
                "train --config tiny --data none --out OUT|none: data set: expected a file or",
                "train --config tiny --data DATA --out OUT SOLVER.MAX_ITR=2|SOLVER.MAX_ITER",
                "train --config tiny --data DATA --out OUT MODEL.ROI_HEADS.NUM_CLASSES=2"
                        + "|classes: expected at most 2 (MODEL.ROI_HEADS.NUM_CLASSES), got 3:",
                "train --config tiny --data DATA --out OUT --fold 5/4|fold: expected from 1 to 4",
                "train --config tiny --data DATA --out OUT --val-fraction 2|validation fraction:",
                "train --config tiny --data DATA --out OUT --weights none.pth|none.pth: ",
                "train --config mask_rcnn_R_50_FPN_3x --data DATA --out OUT|expected a file, got"
                        + " an",
                "train --config tiny --data IMAGES --out OUT|annotations: expected some to learn"
                        + " from",
                "infer --config RUN --images none.png --out OUT|none.png: ",
                "infer --config tiny --images IMAGES --out OUT|weights: expected --weights FILE",
                "infer --config RUN --images IMAGES --out OUT --formats svg|--formats: expected",
                "infer --config RUN --images IMAGES --out OUT --weights a --weights b|a: file:"
                        + " expected one",
                "infer --config RUN --images A=1 --out OUT|--images: expected at least one file",
                "infer --config RUN --images DATA --out OUT --weights DATA|annotations.json",
                "trace --config RUN --image none.png --out OUT|none.png: cannot read image: no"
                        + " such",
                "trace --config RUN --image IMAGE --gradients --out OUT|--gradients: expected"
                        + " --data",
                "trace --config RUN --image IMAGE --out OUT --only xyz|--only xyz: expected a"
                        + " match",
                "demo --out IMAGE|cells-0002.png: output: expected a directory",
                "demo --out OUT --images 2|--images: expected at least 3, got 2",
                "demo --out OUT --iterations 0|--iterations: expected at least 1, got 0",
            })
    void badInputIsOneLine(String args, String expected) {
        Path out = folder.resolve("never");
        String line = CommandLineRun.error(ExitStatus.FAILED, arguments(args + " --quiet", out));

        assertTrue(line.contains(expected), line);
        assertFalse(Files.exists(out.resolve("results.json")));
        assertFalse(Files.exists(out.resolve("last_checkpoint")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "train --config tiny --data DATA|Missing required option: '--out=DIR'",
                "train --data DATA --out OUT|Missing required option: '--config=CONFIG'",
                "train --config tiny --data DATA --out OUT --fold 2|expected K/N such as 1/5, got"
                        + " '2'",
                "train --config tiny --data DATA --out OUT --fold 1/2 --val DATA|exclusive",
                "infer --config tiny --out OUT|Missing required option: '--images=PATH",
                "trace --config RUN --image IMAGE --out OUT --only (|'--only'",
                "demo --images many|'many' is not an int",
            })
    void wrongUsageIsOneLine(String args, String expected) {
        String line =
                CommandLineRun.error(ExitStatus.USAGE, arguments(args, folder.resolve("never")));

        assertTrue(line.contains(expected), line);
    }

    private static Object[] arguments(String line, Path out) {
        return line.replace("OUT", out.toString())
                .replace("IMAGES", image.getParent().toString())
                .replace("IMAGE", image.toString())
                .replace("RUN", run.toString())
                .replace("DATA", annotations.toString())
                .split(" ", -1);
    }

    @Test
    void demoLeavesAReport() throws IOException {
        Path out = folder.resolve("demo");
        String text =
                CommandLineRun.output(
                        "demo",
                        "--out",
                        out,
                        "--images",
                        3,
                        "--iterations",
                        2,
                        "--quiet",
                        "TEST.DETECTIONS_PER_IMAGE=10",
                        "MODEL.RPN.POST_NMS_TOPK_TEST=50");

        assertEquals(3, text.lines().count(), text);
        JsonNode summary = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        assertTrue(summary.get("score").isNumber() && summary.get("seconds").isNumber());
        assertEquals(9, summary.get("images").asInt());
        assertEquals(2, summary.get("iterations").asInt());
        for (String file :
                List.of(
                        "results.json",
                        "submission.csv",
                        "curves.svg",
                        "scores.json",
                        "overlays/cells-0001.png",
                        "run/final.safetensors")) {
            assertTrue(Files.isRegularFile(out.resolve(file)), file);
        }
        String report = Files.readString(out.resolve("report.html"));
        assertFalse(report.contains("{{"), "a place of the template is left");
        assertFalse(report.matches("(?s).*(src|href)=\"(?!data:).*"), "needs other files");
        assertTrue(report.contains("data:image/png;base64,") && report.contains("<svg"));

        String again = CommandLineRun.error(ExitStatus.FAILED, "demo", "--out", out, "--images", 3);
        assertTrue(again.contains("expected no earlier results, got summary.json"), again);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "train", "infer", "trace"})
    void helpHasAnExample(String command) {
        String help = CommandLineRun.output(command, "--help");

        assertTrue(help.contains("Example"), help);
        assertTrue(help.contains("  soma " + command), help);
    }
}
