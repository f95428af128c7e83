package soma.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A record that is changed a little is noticed, by name. */
class HonestyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FC1 = "roi_heads.box_head.fc1.weight";

    @TempDir private Path root;
    private Path model;

    @BeforeEach
    void copy() throws IOException {
        Path from = ParityTest.bundled();
        for (String part : List.of("models/narrow", "images", "ops")) {
            try (Stream<Path> files = Files.walk(from.resolve(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path target = root.resolve(from.relativize(file).toString());
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
        model = root.resolve("models/narrow");
    }

    private List<Row> failures(String only) {
        return Parity.run(root, Device.cpu(), row -> row.startsWith(only)).rows().stream()
                .filter(Row::failed)
                .toList();
    }

    private void assertNoticed(String only, String name) {
        List<Row> failures = failures(only);
        assertEquals(1, failures.size(), failures::toString);
        assertEquals(name, failures.getFirst().name());
    }

    private void assertAmongTheNoticed(String only, String name) {
        List<Row> failures = failures(only);
        assertTrue(failures.stream().anyMatch(r -> r.name().equals(name)), failures::toString);
    }

    private static void change(Path file, Consumer<StateDict> edit) {
        StateDict read = Safetensors.read(file);
        StateDict dict = new StateDict("changed");
        // Copied, since the file is mapped and about to be replaced.
        read.tensors()
                .forEach(
                        (n, t) ->
                                dict.put(
                                        n,
                                        t.isFloating()
                                                ? HostTensor.of(t.floats(), t.shape().dims())
                                                : t));
        dict.metadata().putAll(read.metadata());
        edit.accept(dict);
        Safetensors.write(file, dict);
    }

    /** Moves one value by a part of the largest. */
    private static void nudge(StateDict dict, String name, double part) {
        HostTensor t = dict.require(name);
        float[] values = t.floats();
        float largest = 0;
        for (float v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        values[values.length / 2] += (float) (part * largest);
        dict.put(name, HostTensor.of(values, t.shape().dims()));
    }

    private static void edit(Path file, Consumer<JsonNode> edit) throws IOException {
        JsonNode node = JSON.readTree(file.toFile());
        edit.accept(node);
        JSON.writeValue(file.toFile(), node);
    }

    /** As full-size manifests do. */
    private void listInManifest(String list) throws IOException {
        edit(
                model.resolve("train/manifest.json"),
                m -> ((ObjectNode) m).putObject(list).putObject(FC1));
    }

    @Test
    void unchangedAllIsWell() {
        assertEquals(List.of(), failures(""));
    }

    @Test
    void oneValueOfAMap() {
        change(model.resolve("trace-drawn.safetensors"), d -> nudge(d, "p3", 2e-4));
        assertNoticed("models/narrow/drawn", "p3");
    }

    @Test
    void aTensorThatSomaHasNot() {
        Consumer<StateDict> more = d -> d.put("res6", HostTensor.of(new float[] {1}, 1));
        change(model.resolve("trace-drawn.safetensors"), more);
        assertNoticed("models/narrow/drawn", "res6");
    }

    @Test
    void anotherShape() {
        Consumer<StateDict> shorter = d -> d.put("p6", HostTensor.of(new float[16], 1, 16, 1, 1));
        change(model.resolve("trace-drawn.safetensors"), shorter);
        assertNoticed("models/narrow/drawn", "p6");
    }

    @Test
    void anotherClass() {
        change(
                model.resolve("trace-drawn.safetensors"),
                d -> {
                    long[] classes = d.require("detections.classes").longs();
                    classes[3] = (classes[3] + 1) % 3;
                    d.put("detections.classes", HostTensor.of(classes, classes.length));
                });
        assertNoticed("models/narrow/drawn", "detections.classes");
    }

    @Test
    void aDetectionTooMany() throws IOException {
        edit(model.resolve("detections-drawn.json"), d -> ((ArrayNode) d).remove(4));
        assertNoticed("models/narrow/drawn", "detections");
    }

    @Test
    void aDetectionElsewhere() throws IOException {
        edit(
                model.resolve("detections-drawn.json"),
                d -> ((ArrayNode) d.get(2).get("bbox")).set(0, 1.0));
        assertAmongTheNoticed("models/narrow/drawn", "detections one to one");
    }

    @Test
    void anotherMask() throws IOException {
        edit(
                model.resolve("tta-drawn.json"),
                d -> {
                    ObjectNode first = (ObjectNode) d.get(0);
                    first.set("segmentation", d.get(1).get("segmentation"));
                });
        assertNoticed("models/narrow/tta", "differing pixels of a mask");
    }

    @Test
    void oneGradient() {
        change(model.resolve("train/grads.safetensors"), d -> nudge(d, FC1, 0.2));
        assertAmongTheNoticed("models/narrow/train", "grad." + FC1);
    }

    @Test
    void oneWeightAfterTraining() {
        String name = "backbone.fpn_output3.weight";
        change(model.resolve("train/weights-after-20.safetensors"), d -> nudge(d, name, 0.5));
        assertEquals(
                List.of("after " + name, "after " + name + ", of its way"),
                failures("models/narrow/train").stream().map(Row::name).toList());
    }

    @Test
    void oneLossOfAStep() throws IOException {
        Path file = model.resolve("train/metrics.json");
        String text = Files.readString(file);
        List<String> lines = text.lines().toList();
        JsonNode step = JSON.readTree(lines.get(2));
        ((ObjectNode) step).put("loss_mask", step.get("loss_mask").asDouble() * 1.001);
        Files.writeString(file, text.replace(lines.get(2), step.toString()));
        assertNoticed("models/narrow/train", "step 2 losses, relative");
    }

    @Test
    void oneOperator() {
        change(
                root.resolve("ops/norm.safetensors"),
                d -> nudge(d, "batch-train.running_var", 1e-5));
        assertNoticed("ops/norm", "batch-train.running_var");
    }

    @Test
    void aFamilyThatNobodyKnows() throws IOException {
        edit(
                root.resolve("ops/manifest.json"),
                m -> {
                    ObjectNode families = (ObjectNode) m.get("families");
                    families.set("dropout", families.get("iou").deepCopy());
                });
        assertEquals(List.of("dropout"), failures("ops/").stream().map(Row::name).toList());
    }

    @Test
    void aTensorThatTheRecordLost() {
        change(model.resolve("trace-drawn.safetensors"), d -> d.remove("p4"));
        assertNoticed("models/narrow/drawn", "p4");
    }

    @Test
    void aGradientThatTheRecordLost() throws IOException {
        listInManifest("gradients");
        change(model.resolve("train/grads.safetensors"), d -> d.remove(FC1));
        assertNoticed("models/narrow/train", "grad." + FC1);
    }

    @Test
    void aWeightThatTheRecordLost() throws IOException {
        listInManifest("weights_after_20");
        change(model.resolve("train/weights-after-20.safetensors"), d -> d.remove(FC1));
        assertAmongTheNoticed("models/narrow/train", "after " + FC1);
    }

    @Test
    void aLossThatSomaHasNot() throws IOException {
        edit(
                model.resolve("train/losses-step0.json"),
                losses -> ((ObjectNode) losses).put("loss_keypoint", 0.25));
        assertNoticed("models/narrow/train", "step 0 loss_keypoint");
    }

    @Test
    void anOutputOfAnOperatorThatTheRecordLost() {
        change(root.resolve("ops/norm.safetensors"), d -> d.remove("group4-12.grad.weight"));
        assertAmongTheNoticed("ops/norm", "group4-12.grad.weight");
    }

    @Test
    void anOutputOfAnOperatorThatNobodyCompares() {
        change(
                root.resolve("ops/norm.safetensors"),
                d -> d.put("batch-train.skew", HostTensor.of(new float[] {1}, 1)));
        assertNoticed("ops/norm", "batch-train.skew");
    }

    @Test
    void anInfiniteValueHidesNoOther() {
        ParityReport report = new ParityReport(_ -> true);
        double[] expected = {Double.POSITIVE_INFINITY, 1};
        report.relative("same", "[2]", expected, expected, 1e-6);
        report.relative("other", "[2]", expected, new double[] {Double.POSITIVE_INFINITY, 2}, 1e-6);
        assertEquals(
                List.of(Row.Verdict.OK, Row.Verdict.FAIL),
                report.rows().stream().map(Row::verdict).toList());
    }

    @Test
    void aModelWithoutItsWeights() throws IOException {
        Files.delete(model.resolve("weights.safetensors"));
        assertNoticed("models/narrow", "weights");
    }

    @Test
    void aTraceThatIsNotThereLeavesTheRestToBeCompared() throws IOException {
        Files.delete(model.resolve("trace-drawn.safetensors"));
        List<Row> rows = Parity.run(root, Device.cpu(), row -> row.startsWith("models/")).rows();
        assertTrue(rows.stream().anyMatch(r -> r.failed() && r.group().endsWith("/drawn")));
        assertTrue(rows.stream().anyMatch(r -> r.name().startsWith("after ")));
    }

    @Test
    void partsThatNobodyKnowsAreNamed() throws IOException {
        for (String file :
                List.of(
                        "fuzz.tar.gz",
                        "ops/dropout.safetensors",
                        "models/readme.txt",
                        "models/narrow/trace-other.safetensors",
                        "models/narrow/train/scaler.json")) {
            Files.writeString(root.resolve(file), "");
        }
        assertEquals(
                List.of(
                        "fuzz.tar.gz",
                        "models/narrow/trace-other.safetensors",
                        "models/narrow/train/scaler.json",
                        "models/readme.txt",
                        "ops/dropout.safetensors"),
                Parity.run(root, Device.cpu(), row -> row.startsWith("unknown")).rows().stream()
                        .filter(r -> r.verdict() == Row.Verdict.SKIP)
                        .map(Row::name)
                        .sorted()
                        .toList());
    }

    @Test
    void aFolderOfOneFamilyIsCompared() throws IOException {
        for (String file : List.of("conv.safetensors", "schedules.json")) {
            Files.delete(root.resolve("ops").resolve(file));
        }
        edit(
                root.resolve("ops/manifest.json"),
                m -> ((ObjectNode) m.get("families")).retain("iou"));
        List<Row> rows =
                Parity.run(root.resolve("ops"), Device.cpu(), row -> row.startsWith("ops/")).rows();
        assertEquals(List.of("random.iou", "special.iou"), rows.stream().map(Row::name).toList());
    }
}
