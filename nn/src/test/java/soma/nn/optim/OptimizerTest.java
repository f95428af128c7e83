package soma.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import soma.nn.Golden;
import soma.nn.Init;
import soma.nn.Parameter;
import soma.nn.WeightLayout;
import soma.nn.checkpoint.CheckpointException;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Optimisers against PyTorch's, and their saved state. */
@ParameterizedClass
@ValueSource(strings = {"cpu", "cpu-reference"})
class OptimizerTest {
    private final Device device;

    OptimizerTest(String device) {
        this.device = Device.of(device);
    }

    @ParameterizedTest
    @CsvSource({
        "plain, 0, 0, 0.1",
        "momentum, 0.9, 0, 0.05",
        "momentum-decay, 0.9, 0.01, 0.05",
        "detectron2, 0.9, 0.0001, 0.02"
    })
    void sgdEqualsPyTorch(String name, double momentum, double decay, double rate) {
        StateDict golden = Golden.ops("sgd");
        Parameter p = parameter(golden.require(name + ".p0"));
        try (Optimizer sgd = sgd(p, momentum, decay, false)) {
            for (int k = 0; k < 6; k++) {
                step(sgd, p, golden.require(name + ".g" + k).floats(), k < 4 ? rate : 0.1 * rate);
                assertStep(golden, name + ".p" + (k + 1), p.value().toFloats());
                if (momentum > 0) {
                    float[] buffer = sgd.stateDict().require("w.momentum_buffer").floats();
                    assertStep(golden, name + ".buf" + (k + 1), buffer);
                }
            }
        } finally {
            p.free();
        }
    }

    @Test
    void adamWEqualsPyTorch() {
        follow("adamw", p -> adamW(p), 0.01, 0.1);
    }

    @Test
    void adamWithoutDecayEqualsPyTorch() {
        follow(
                "adam-eps",
                p -> new AdamW(List.of(p), new GradientClipping.None(), 0.8, 0.999, 1e-3),
                0.02,
                0);
    }

    @Test
    void nesterovEqualsPyTorch() {
        follow(
                "nesterov",
                p -> new Sgd(List.of(p), new GradientClipping.None(), 0.9, true),
                0.05,
                0.01);
    }

    private static Optimizer adamW(OptimizedParameter p) {
        return new AdamW(List.of(p), new GradientClipping.None(), 0.9, 0.99, 1e-8);
    }

    private void follow(
            String name, Function<OptimizedParameter, Optimizer> make, double rate, double decay) {
        StateDict fixture = fixture();
        Parameter p = parameter(fixture.require(name + ".p0"));
        try (Optimizer optimizer = make.apply(new OptimizedParameter(p, 1, decay))) {
            for (int k = 0; k < 5; k++) {
                step(optimizer, p, fixture.require(name + ".g" + k).floats(), rate);
                assertStep(fixture, name + ".p" + (k + 1), p.value().toFloats());
            }
        } finally {
            p.free();
        }
    }

    private static StateDict fixture() {
        try {
            return Safetensors.read(
                    Path.of(OptimizerTest.class.getResource("optimizers.safetensors").toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertStep(StateDict golden, String name, float[] actual) {
        Golden.assertClose(name, golden.require(name).floats(), actual, 1e-6);
    }

    private Parameter parameter(HostTensor value) {
        Parameter p = Parameter.vector(value.size(), Init.constant(0), Parameter.Role.WEIGHT);
        p.initialize("w", device, value);
        return p;
    }

    private static Optimizer sgd(Parameter p, double momentum, double decay, boolean nesterov) {
        return new Sgd(
                List.of(new OptimizedParameter(p, 1, decay)),
                new GradientClipping.None(),
                momentum,
                nesterov);
    }

    /** A step with a given gradient, in the shape of the parameter. */
    private void step(Optimizer optimizer, Parameter p, float[] gradient, double rate) {
        try (Scope _ = Scope.open("step", device)) {
            Tensor g = Tensor.of(gradient, p.shape().dims());
            optimizer.step(Autograd.backward(p.value().mul(g).sum()), rate);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void continuesBitByBitFromItsState(boolean adam) {
        Random random = new Random(3);
        Parameter straight = matrix();
        Parameter resumed = matrix();
        Function<Parameter, Optimizer> make =
                p -> adam ? adamW(new OptimizedParameter(p, 1, 0.1)) : sgd(p, 0.9, 0.01, false);
        try (Optimizer whole = make.apply(straight);
                Optimizer second = make.apply(resumed)) {
            for (int k = 0; k < 3; k++) {
                step(whole, straight, gaussians(random), 0.1);
            }
            StateDict saved = whole.stateDict();
            resumed.load(straight.toHost());
            try (Scope _ = Scope.open("resume", device)) {
                second.loadStateDict(saved);
            }
            for (int k = 0; k < 3; k++) {
                float[] g = gaussians(random);
                step(whole, straight, g, 0.1);
                step(second, resumed, g, 0.1);
            }
            assertArrayEquals(straight.value().toFloats(), resumed.value().toFloats());
            whole.stateDict()
                    .tensors()
                    .forEach((n, t) -> assertTrue(t.sameBits(second.stateDict().get(n)), n));
        } finally {
            straight.free();
            resumed.free();
        }
    }

    private Parameter matrix() {
        Parameter p =
                new Parameter(
                        Shape.of(3, 5),
                        new WeightLayout.Dense(),
                        Init.constant(0.5),
                        Parameter.Role.WEIGHT);
        p.initialize("m", device, HostTensor.of(new float[15], 5, 3));
        return p;
    }

    private static float[] gaussians(Random random) {
        float[] out = new float[15];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    @Test
    void refusesAStateThatDoesNotFit() {
        Parameter p = matrix();
        try (Optimizer sgd = sgd(p, 0.9, 0, false);
                Scope _ = Scope.open("load", device)) {
            StateDict other =
                    new StateDict("x.safetensors").put("q.step", HostTensor.of(new long[] {1}));
            StateDict shape =
                    new StateDict("x.safetensors")
                            .put("m.step", HostTensor.of(new long[] {1}))
                            .put("m.momentum_buffer", HostTensor.of(new float[15], 3, 5));
            for (StateDict dict : List.of(other, shape)) {
                CheckpointException e =
                        assertThrows(CheckpointException.class, () -> sgd.loadStateDict(dict));
                assertTrue(e.getMessage().startsWith("x.safetensors: "), e.getMessage());
            }
        } finally {
            p.free();
        }
    }

    @Test
    void decaysByKindAsDetectron2() {
        List<Parameter> all =
                List.of(
                        named("conv.weight", Parameter.Role.WEIGHT),
                        named("conv.bias", Parameter.Role.BIAS),
                        named("norm.weight", Parameter.Role.NORM),
                        named("norm.bias", Parameter.Role.NORM),
                        named("frozen.weight", Parameter.Role.WEIGHT));
        all.getLast().trainable(false);
        try {
            List<OptimizedParameter> plain =
                    OptimizedParameter.of(all, new OptimizedParameter.Decay(1e-4, 0, null, 1));
            assertEquals(
                    List.of(1e-4, 1e-4, 0.0, 0.0),
                    plain.stream().map(OptimizedParameter::decay).toList());
            List<OptimizedParameter> legacy =
                    OptimizedParameter.of(all, new OptimizedParameter.Decay(1e-4, 0, 5e-5, 2));
            assertEquals(
                    List.of(1e-4, 5e-5, 0.0, 5e-5),
                    legacy.stream().map(OptimizedParameter::decay).toList());
            assertEquals(
                    List.of(1.0, 2.0, 1.0, 2.0),
                    legacy.stream().map(OptimizedParameter::rateFactor).toList());
        } finally {
            all.forEach(Parameter::free);
        }
    }

    private Parameter named(String name, Parameter.Role role) {
        Parameter p = Parameter.vector(1, Init.constant(0), role);
        p.initialize(name, device, HostTensor.of(new float[1], 1));
        return p;
    }

    @Test
    void leavesAParameterWithoutGradientAlone() {
        Parameter used = named("a", Parameter.Role.WEIGHT);
        Parameter unused = named("b", Parameter.Role.WEIGHT);
        try (Optimizer sgd =
                        new Sgd(
                                OptimizedParameter.of(
                                        List.of(used, unused),
                                        new OptimizedParameter.Decay(1, 1, null, 1)),
                                new GradientClipping.None(),
                                0.9,
                                false);
                Scope _ = Scope.open("step", device)) {
            Gradients gradients = Autograd.backward(used.value().sum());
            sgd.step(gradients, 0.5);
            assertArrayEquals(new float[] {-0.5f}, used.value().toFloats());
            assertArrayEquals(new float[] {0}, unused.value().toFloats());
            assertEquals(2, sgd.stateDict().size());
        } finally {
            used.free();
            unused.free();
        }
    }
}
