package soma.tensor.golden;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.golden.Golden.Case;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.VisionKernels.RoiAlignSpec;

import java.util.List;
import java.util.stream.Stream;

/** Layers, their gradients and the optimizer against PyTorch and torchvision. */
class GoldenOpsTest {
    @TestFactory
    Stream<DynamicTest> convolutionsAndLinearLayers() {
        return Golden.shared("conv").each(GoldenOpsTest::conv);
    }

    @TestFactory
    Stream<DynamicTest> bundledConvolutions() throws Exception {
        return Golden.bundled("conv").each(GoldenOpsTest::conv);
    }

    private static void conv(Case c) {
        if (c.name().startsWith("linear")) {
            linear(c);
        } else if (c.name().startsWith("deconv")) {
            deconv(c);
        } else {
            plainConv(c);
        }
    }

    private static void plainConv(Case c) {
        Tensor x = c.map("x").leaf("x");
        Tensor w = c.weight("w").leaf("w");
        Tensor b = c.has("b") ? c.tensor("b").leaf("b") : null;
        ConvParams p =
                new ConvParams(
                        c.param("stride"),
                        c.param("padding"),
                        c.param("dilation"),
                        c.param("groups"));
        Tensor out = Functional.conv2d(x, w, b, p);
        c.assertMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.assertMap("grad.x", g.of(x));
        c.assertWeight("grad.w", g.of(w));
        if (b != null) {
            c.assertClose("grad.b", g.of(b));
        }
    }

    private static void deconv(Case c) {
        Tensor x = c.map("x").leaf("x");
        Tensor w = c.tensor("w").permute(0, 2, 3, 1).contiguous().leaf("w");
        Tensor b = c.tensor("b").leaf("b");
        Tensor out = Functional.convTranspose2x2(x, w, b, false);
        c.assertMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.assertMap("grad.x", g.of(x));
        c.assertClose("grad.w", g.of(w).permute(0, 3, 1, 2));
        c.assertClose("grad.b", g.of(b));
    }

    private static void linear(Case c) {
        Tensor x = c.tensor("input").leaf("input");
        Tensor w = c.tensor("weight").permute(1, 0).contiguous().leaf("weight");
        Tensor b = c.tensor("bias").leaf("bias");
        Tensor out = Functional.linear(x, w, b, false);
        c.assertClose("out", out);
        Gradients g = Autograd.backward(out, c.tensor("grad_out"));
        c.assertClose("grad.input", g.of(x));
        c.assertClose("grad.weight", g.of(w).permute(1, 0));
        c.assertClose("grad.bias", g.of(b));
    }

    @TestFactory
    Stream<DynamicTest> normalisations() {
        return Golden.shared("norm").each(GoldenOpsTest::norm);
    }

    @TestFactory
    Stream<DynamicTest> bundledNormalisations() throws Exception {
        return Golden.bundled("norm").each(GoldenOpsTest::norm);
    }

    private static void norm(Case c) {
        Tensor x = c.map("x").leaf("x");
        double eps = c.params().required("eps").asDouble();
        Tensor weight = c.tensor("weight").leaf("weight");
        Tensor bias = c.tensor("bias").leaf("bias");
        Tensor out;
        if (c.name().startsWith("group")) {
            out = Functional.groupNorm(x, c.param("groups"), weight, bias, eps);
        } else if (c.name().startsWith("frozen")) {
            Tensor scale = weight.detach().mul(c.tensor("var").add(eps).rsqrt());
            Tensor shift = bias.detach().sub(c.tensor("mean").mul(scale));
            out = Functional.frozenBatchNorm(x, scale, shift);
        } else {
            var result = Functional.batchNorm(x, weight, bias, eps);
            out = result.out();
            double momentum = c.params().required("momentum").asDouble();
            int count = x.size() / x.dim(-1);
            Tensor unbiased = result.variance().mul((double) count / (count - 1));
            c.assertClose("running_mean", result.mean().mul(momentum));
            c.assertClose("running_var", unbiased.mul(momentum).add(1 - momentum));
        }
        c.assertMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.assertMap("grad.x", g.of(x));
        if (c.has("grad.weight")) {
            c.assertClose("grad.weight", g.of(weight));
            c.assertClose("grad.bias", g.of(bias));
        }
    }

    @TestFactory
    Stream<DynamicTest> poolingAndResampling() {
        return Golden.shared("pool").each(GoldenOpsTest::pool);
    }

    @TestFactory
    Stream<DynamicTest> bundledResampling() throws Exception {
        return Golden.bundled("pool").each(GoldenOpsTest::pool);
    }

    private static void pool(Case c) {
        if (c.name().equals("grid_sample")) {
            return; // only mask pasting samples a grid, and the paste fixtures test that
        }
        Tensor x = c.map("x").leaf("x");
        int[] size = c.shape("out");
        Tensor out;
        if (c.name().startsWith("max")) {
            out = Functional.maxPool2d(x, c.param("kernel"), c.param("stride"), c.param("padding"));
        } else if (c.name().startsWith("nearest")) {
            out = Functional.nearest(x, size[2], size[3]);
        } else {
            out = Functional.bilinear(x, size[2], size[3]);
        }
        c.assertMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.assertMap("grad.x", g.of(x));
    }

    @TestFactory
    Stream<DynamicTest> floatImagesAreResampledBilinearly() {
        return Golden.shared("image")
                .each(
                        c -> {
                            if (c.name().equals("float")) {
                                resizeFloatImage(c, "up_61x88", 61, 88);
                                resizeFloatImage(c, "down_20x29", 20, 29);
                            }
                        });
    }

    private static void resizeFloatImage(Case c, String what, int h, int w) {
        Tensor image = c.tensor("image");
        Tensor out = Functional.bilinear(image.reshape(1, 37, 53, 3), h, w);
        c.assertClose(what, out.reshape(h, w, 3));
    }

    @TestFactory
    Stream<DynamicTest> roiAlign() {
        return Golden.shared("roi_align").each(GoldenOpsTest::roiAlign);
    }

    @TestFactory
    Stream<DynamicTest> bundledRoiAlign() throws Exception {
        return Golden.bundled("roi_align").each(GoldenOpsTest::roiAlign);
    }

    private static void roiAlign(Case c) {
        Tensor x = c.map("x").leaf("x");
        Tensor rois = c.tensor("rois");
        Tensor image = rois.slice(1, 0, 1).to(DType.INT32).reshape(-1).contiguous();
        Tensor boxes = rois.slice(1, 1, 5).contiguous();
        Tensor level = Tensor.full(DType.INT32, 0, rois.dim(0));
        RoiAlignSpec spec =
                new RoiAlignSpec(
                        c.param("output"),
                        c.param("sampling_ratio"),
                        c.params().required("aligned").asBoolean(),
                        List.of(c.params().required("spatial_scale").asDouble()));
        Tensor out = Functional.roiAlign(List.of(x), boxes, image, level, spec);
        c.assertMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.assertMap("grad.x", g.of(x));
    }

    @TestFactory
    Stream<DynamicTest> losses() {
        return Golden.shared("losses").each(GoldenOpsTest::loss);
    }

    private static void loss(Case c) {
        Tensor x = c.tensor("x").leaf("x");
        Tensor each;
        if (c.name().startsWith("cross_entropy")) {
            each = Functional.crossEntropy(x, c.index("target"));
        } else if (c.name().startsWith("bce")) {
            each = Functional.binaryCrossEntropyWithLogits(x, c.tensor("target"));
        } else {
            each =
                    Functional.smoothL1(
                            x, c.tensor("target"), c.params().required("beta").asDouble());
        }
        boolean mean = c.params().required("reduction").asText().equals("mean");
        Tensor loss = mean ? each.mean() : each.sum();
        c.assertClose("out", loss);
        c.assertClose("grad.x", loss.backward().of(x));
    }

    @TestFactory
    Stream<DynamicTest> stochasticGradientDescent() {
        return Golden.shared("sgd").each(GoldenOpsTest::sgd);
    }

    private static void sgd(Case c) {
        Tensor p = c.tensor("p0");
        Tensor buffer = Tensor.empty("buffer", DType.FLOAT32, Shape.of(p.size()));
        OptimizerKernels kernels = p.backend().optimizer();
        double momentum = c.params().required("momentum").asDouble();
        double decay = c.params().required("weight_decay").asDouble();
        for (int step = 0; c.has("g" + step); step++) {
            double lr = c.params().required("lr").get(step).asDouble();
            Tensor g = c.tensor("g" + step);
            kernels.sgd(p.view(), g.view(), buffer.view(), lr, momentum, decay, false, step == 0);
            c.assertClose("p" + (step + 1), p);
            if (c.has("buf" + (step + 1))) {
                c.assertClose("buf" + (step + 1), buffer);
            }
        }
    }
}
