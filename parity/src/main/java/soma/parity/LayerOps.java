package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.nn.optim.Schedule;
import soma.nn.optim.Warmup;
import soma.nn.optim.WarmupCosine;
import soma.nn.optim.WarmupMultiStep;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Shape;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;
import soma.tensor.spi.OptimizerKernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Layers, losses and the optimiser: forward and backward against PyTorch. */
final class LayerOps {
    private static final double RATE_TOLERANCE = 1e-12;

    private LayerOps() {}

    static void conv(Fixture c) {
        if (c.name().startsWith("linear")) {
            linear(c);
        } else if (c.name().startsWith("deconv")) {
            deconv(c);
        } else {
            plainConv(c);
        }
    }

    private static void plainConv(Fixture c) {
        Tensor x = c.map("x").leaf("x");
        Tensor w = c.weight("w").leaf("w");
        Tensor b = c.has("b") ? c.tensor("b").leaf("b") : null;
        ConvParams p =
                new ConvParams(
                        c.intParam("stride"),
                        c.intParam("padding"),
                        c.intParam("dilation"),
                        c.intParam("groups"));
        Tensor out = Functional.conv2d(x, w, b, p);
        c.checkMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.checkMap("grad.x", g.of(x));
        c.checkWeight("grad.w", g.of(w));
        if (b != null) {
            c.check("grad.b", g.of(b));
        }
    }

    private static void deconv(Fixture c) {
        Tensor x = c.map("x").leaf("x");
        Tensor w = c.tensor("w").permute(0, 2, 3, 1).contiguous().leaf("w");
        Tensor b = c.tensor("b").leaf("b");
        Tensor out = Functional.convTranspose2x2(x, w, b, false);
        c.checkMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.checkMap("grad.x", g.of(x));
        c.check("grad.w", g.of(w).permute(0, 3, 1, 2));
        c.check("grad.b", g.of(b));
    }

    private static void linear(Fixture c) {
        Tensor x = c.tensor("input").leaf("input");
        Tensor w = c.tensor("weight").permute(1, 0).contiguous().leaf("weight");
        Tensor b = c.tensor("bias").leaf("bias");
        Tensor out = Functional.linear(x, w, b, false);
        c.check("out", out);
        Gradients g = Autograd.backward(out, c.tensor("grad_out"));
        c.check("grad.input", g.of(x));
        c.check("grad.weight", g.of(w).permute(1, 0));
        c.check("grad.bias", g.of(b));
    }

    static void norm(Fixture c) {
        Tensor x = c.map("x").leaf("x");
        double eps = c.doubleParam("eps");
        Tensor weight = c.tensor("weight").leaf("weight");
        Tensor bias = c.tensor("bias").leaf("bias");
        Tensor out;
        if (c.name().startsWith("group")) {
            out = Functional.groupNorm(x, c.intParam("groups"), weight, bias, eps);
        } else if (c.name().startsWith("frozen")) {
            Tensor scale = weight.detach().mul(c.tensor("var").add(eps).rsqrt());
            Tensor shift = bias.detach().sub(c.tensor("mean").mul(scale));
            out = Functional.frozenBatchNorm(x, scale, shift);
            c.checkMap("out_inference", out);
        } else {
            var result = Functional.batchNorm(x, weight, bias, eps);
            out = result.out();
            double momentum = c.doubleParam("momentum");
            int count = x.size() / x.dim(-1);
            Tensor unbiased = result.variance().mul((double) count / (count - 1));
            c.check("running_mean", result.mean().mul(momentum));
            c.check("running_var", unbiased.mul(momentum).add(1 - momentum));
        }
        c.checkMap("out", out);
        Gradients g = Autograd.backward(out, c.map("grad_out"));
        c.checkMap("grad.x", g.of(x));
        if (c.has("grad.weight")) {
            c.check("grad.weight", g.of(weight));
            c.check("grad.bias", g.of(bias));
        }
    }

    static void pool(Fixture c) {
        if (c.name().equals("grid_sample")) {
            c.skip("Soma samples a grid in mask pasting alone, which the family paste covers");
            return;
        }
        Tensor x = c.map("x").leaf("x");
        int[] size = c.dims("out");
        Tensor out;
        if (c.name().startsWith("max")) {
            out =
                    Functional.maxPool2d(
                            x, c.intParam("kernel"), c.intParam("stride"), c.intParam("padding"));
        } else if (c.name().startsWith("nearest")) {
            out = Functional.nearest(x, size[2], size[3]);
        } else {
            out = Functional.bilinear(x, size[2], size[3]);
        }
        c.checkMap("out", out);
        c.checkMap("grad.x", Autograd.backward(out, c.map("grad_out")).of(x));
    }

    static void loss(Fixture c) {
        Tensor x = c.tensor("x").leaf("x");
        Tensor each;
        if (c.name().startsWith("cross_entropy")) {
            each = Functional.crossEntropy(x, c.index("target"));
        } else if (c.name().startsWith("bce")) {
            each = Functional.binaryCrossEntropyWithLogits(x, c.tensor("target"));
        } else {
            each = Functional.smoothL1(x, c.tensor("target"), c.doubleParam("beta"));
        }
        boolean mean = c.param("reduction").asText().equals("mean");
        Tensor loss = mean ? each.mean() : each.sum();
        c.check("out", loss);
        c.check("grad.x", loss.backward().of(x));
    }

    static void sgd(Fixture c) {
        Tensor p = c.tensor("p0");
        Tensor buffer = Tensor.empty("buffer", DType.FLOAT32, Shape.of(p.size()));
        OptimizerKernels kernels = p.backend().optimizer();
        double momentum = c.doubleParam("momentum");
        double decay = c.doubleParam("weight_decay");
        for (int step = 0; c.has("g" + step); step++) {
            double lr = c.param("lr").get(step).asDouble();
            Tensor g = c.tensor("g" + step);
            kernels.sgd(p.view(), g.view(), buffer.view(), lr, momentum, decay, false, step == 0);
            c.check("p" + (step + 1), p);
            if (c.has("buf" + (step + 1))) {
                c.check("buf" + (step + 1), buffer);
            }
        }
    }

    /** The rates of one entry of {@code schedules.json}. */
    static void schedule(ParityReport report, String name, JsonNode s) {
        Schedule schedule = scheduleOf(s);
        double base = s.get("BASE_LR").doubleValue();
        List<Double> expected = new ArrayList<>();
        List<Double> actual = new ArrayList<>();
        s.get("lr")
                .properties()
                .forEach(
                        e -> {
                            expected.add(e.getValue().doubleValue());
                            long iteration = Long.parseLong(e.getKey());
                            actual.add(base * schedule.multiplier(iteration));
                        });
        report.absolute(
                name,
                expected.size() + " rates",
                expected.stream().mapToDouble(Double::doubleValue).toArray(),
                actual.stream().mapToDouble(Double::doubleValue).toArray(),
                RATE_TOLERANCE * base);
    }

    private static Schedule scheduleOf(JsonNode s) {
        long max = s.get("MAX_ITER").longValue();
        Warmup.Method method =
                Warmup.Method.valueOf(s.get("WARMUP_METHOD").textValue().toUpperCase(Locale.ROOT));
        Warmup warmup =
                new Warmup(
                        s.get("WARMUP_ITERS").longValue(),
                        s.get("WARMUP_FACTOR").doubleValue(),
                        method);
        if (s.get("LR_SCHEDULER_NAME").textValue().equals("WarmupCosineLR")) {
            double end = s.get("BASE_LR_END").doubleValue() / s.get("BASE_LR").doubleValue();
            return new WarmupCosine(end, max, warmup);
        }
        List<Long> steps = new ArrayList<>();
        s.get("STEPS").forEach(step -> steps.add(step.longValue()));
        return new WarmupMultiStep(steps, s.get("GAMMA").doubleValue(), max, warmup);
    }
}
