package soma.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Scope;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

/** Normalisations against PyTorch, and folded into convolutions against themselves. */
@ParameterizedClass
@ValueSource(strings = {"cpu", "cpu-reference"})
class NormTest {
    private final Device device;
    private static final RandomStreams STREAMS = new RandomStreams(11);

    NormTest(String device) {
        this.device = Device.of(device);
    }

    @ParameterizedTest
    @CsvSource({"group32-64, 64, 32", "group32-32, 32, 32", "group4-12, 12, 4"})
    void groupNormEqualsPyTorch(String name, int channels, int groups) {
        StateDict golden = Golden.ops("norm");
        GroupNorm norm = new GroupNorm(channels, groups);
        norm.initialize(device, STREAMS, affineOf(golden, name), _ -> false);
        checkTrained(golden, name, norm);
    }

    @Test
    void batchNormEqualsPyTorch() {
        StateDict golden = Golden.ops("norm");
        BatchNorm norm = new BatchNorm(10);
        norm.initialize(device, STREAMS, affineOf(golden, "batch-train"), _ -> false);
        norm.training(true);
        checkTrained(golden, "batch-train", norm);
    }

    private static StateDict affineOf(StateDict golden, String name) {
        return new StateDict("golden")
                .put("weight", golden.require(name + ".weight"))
                .put("bias", golden.require(name + ".bias"));
    }

    private void checkTrained(StateDict golden, String name, Norm norm) {
        try (norm;
                Scope _ = Scope.open(name, device)) {
            Tensor x = Golden.nhwc(golden, name + ".x").leaf("x");
            Tensor y = norm.forward(x);
            Golden.assertClose("out", floats(golden, name + ".out"), Golden.nchw(y), 2e-6);
            Gradients gradients = Autograd.backward(y, Golden.nhwc(golden, name + ".grad_out"));
            Golden.assertClose(
                    "grad.x", floats(golden, name + ".grad.x"), Golden.nchw(gradients.of(x)), 2e-6);
            for (Parameter p : norm.parameters()) {
                Golden.assertClose(
                        p.name(),
                        floats(golden, name + ".grad." + p.name()),
                        gradients.of(p.value()).toFloats(),
                        2e-6);
            }
            StateDict after = norm.stateDict();
            if (after.contains("running_mean")) {
                for (String statistic : new String[] {"running_mean", "running_var"}) {
                    Golden.assertClose(
                            statistic,
                            floats(golden, name + "." + statistic),
                            after.require(statistic).floats(),
                            1e-6);
                }
                assertEquals(1, after.require("num_batches_tracked").longs()[0]);
            }
        }
    }

    private static float[] floats(StateDict golden, String name) {
        return golden.require(name).floats();
    }

    @Test
    void frozenBatchNormEqualsDetectron2() {
        StateDict golden = Golden.ops("norm");
        StateDict dict =
                affineOf(golden, "frozen")
                        .put("running_mean", golden.require("frozen.mean"))
                        .put("running_var", golden.require("frozen.var"));
        FrozenBatchNorm norm = new FrozenBatchNorm(10);
        norm.initialize(device, STREAMS, dict, _ -> false);
        try (norm;
                Scope _ = Scope.open("frozen", device)) {
            Tensor x = Golden.nhwc(golden, "frozen.x").leaf("x");
            Tensor y = norm.forward(x);
            Golden.assertClose("out", floats(golden, "frozen.out"), Golden.nchw(y), 1e-6);
            Gradients gradients = Autograd.backward(y, Golden.nhwc(golden, "frozen.grad_out"));
            Golden.assertClose(
                    "grad.x", floats(golden, "frozen.grad.x"), Golden.nchw(gradients.of(x)), 1e-6);
        }
    }

    @Test
    void frozenBatchNormBeginsAsIdentity() {
        FrozenBatchNorm norm = new FrozenBatchNorm(3);
        norm.initialize(device, STREAMS);
        try (norm;
                Scope _ = Scope.open("identity", device)) {
            Tensor x = random("identity", 1, 2, 2, 3);
            assertArrayEquals(x.toFloats(), norm.forward(x).toFloats(), 1e-6f);
        }
    }

    @Test
    void frozenBatchNormFollowsItsBuffers() {
        FrozenBatchNorm norm = new FrozenBatchNorm(1);
        norm.initialize(device, STREAMS);
        try (norm;
                Scope _ = Scope.open("follow", device)) {
            Tensor x = Tensor.of(new float[] {3}, 1, 1, 1, 1);
            assertEquals(3, norm.forward(x).item(), 1e-6);
            StateDict dict =
                    new StateDict("new")
                            .put("weight", HostTensor.of(new float[] {10}, 1))
                            .put("bias", HostTensor.of(new float[] {0.5f}, 1))
                            .put("running_mean", HostTensor.of(new float[] {1}, 1))
                            .put("running_var", HostTensor.of(new float[] {4}, 1));
            norm.loadStateDict(dict, _ -> false);
            assertEquals((3 - 1) / 2.0 * 10 + 0.5, norm.forward(x).item(), 1e-4);
        }
    }

    @Test
    void batchNormNeedsMoreThanOneValue() {
        BatchNorm norm = new BatchNorm(3);
        norm.initialize(device, STREAMS);
        norm.training(true);
        try (norm;
                Scope _ = Scope.open("one", device)) {
            Tensor x = Tensor.zeros(1, 1, 1, 3);
            assertThrows(ShapeException.class, () -> norm.forward(x));
        }
    }

    @Test
    void groupNormNeedsAMultipleOfItsGroups() {
        assertThrows(ShapeException.class, () -> new GroupNorm(48));
    }

    /** Each convolution with a norm, in each mode, gives what its parts give one after another. */
    @ParameterizedTest
    @ValueSource(strings = {"frozen", "batch", "batch-train", "group"})
    void convolutionWithNormEqualsItsParts(String kind) {
        Norm norm =
                switch (kind) {
                    case "frozen" -> new FrozenBatchNorm(8);
                    case "group" -> new GroupNorm(8, 4);
                    default -> new BatchNorm(8);
                };
        Conv2d conv = Conv2d.of(3, 8, 3).stride(2).padding(1).norm(norm).relu().build();
        conv.initialize(device, STREAMS, randomNorm(8), _ -> false);
        conv.training(kind.equals("batch-train"));
        try (conv) {
            for (boolean trainable : new boolean[] {true, false}) {
                conv.trainable(trainable);
                compareWithParts(conv);
                try (Autograd.NoGrad _ = Autograd.noGrad()) {
                    compareWithParts(conv);
                }
            }
            // Folded weights must follow what they were made of.
            conv.loadStateDict(
                    new StateDict("new").put("weight", randomHost("w2", 8, 3, 3, 3)), _ -> false);
            compareWithParts(conv);
        }
    }

    private void compareWithParts(Conv2d conv) {
        try (Scope _ = Scope.open("fold", device)) {
            Tensor x = random("x", 2, 7, 5, 3).leaf("x");
            Tensor residual = random("residual", 2, 4, 3, 8);
            Tensor whole = conv.forward(x, residual);
            Tensor plain = Functional.conv2d(x, conv.weight().value(), null, ConvParams.of(2, 1));
            Tensor parts = conv.norm().forward(plain).add(residual).relu();
            Golden.assertClose("out", parts.toFloats(), whole.toFloats(), 2e-6);
            if (Autograd.isRecording()) {
                Tensor seed = random("seed", 2, 4, 3, 8);
                Gradients expected = Autograd.backward(parts, seed);
                Gradients actual = Autograd.backward(whole, seed);
                compare("x", expected.of(x), actual.of(x));
                for (Parameter p : conv.parameters()) {
                    if (p.trainable()) {
                        compare(p.name(), expected.of(p.value()), actual.of(p.value()));
                    }
                }
            }
        }
    }

    private static void compare(String name, Tensor expected, Tensor actual) {
        Golden.assertClose("gradient of " + name, expected.toFloats(), actual.toFloats(), 5e-6);
    }

    private static StateDict randomNorm(int channels) {
        float[] variance = randomHost("variance", channels).floats();
        for (int i = 0; i < variance.length; i++) {
            variance[i] = 0.1f + variance[i] * variance[i];
        }
        return new StateDict("random")
                .put("norm.weight", randomHost("weight", channels))
                .put("norm.bias", HostTensor.of(variance, channels))
                .put("norm.running_mean", randomHost("mean", channels))
                .put("norm.running_var", HostTensor.of(variance, channels));
    }

    private static Tensor random(String name, int... dims) {
        return Tensor.of(randomHost(name, dims).floats(), dims);
    }

    private static HostTensor randomHost(String name, int... dims) {
        int size = 1;
        for (int d : dims) {
            size *= d;
        }
        float[] values = new float[size];
        Init.normal(1).fill(values, dims, STREAMS.fresh(name));
        return HostTensor.of(values, dims);
    }
}
