package soma.bench;

import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.OptimizerKernels.AdamWOperands;
import soma.tensor.spi.OptimizerKernels.SgdOperands;
import soma.tensor.spi.View;

import java.util.List;
import java.util.stream.Collectors;

/** Operations and bytes of a kernel call by the direct algorithm, and its sizes as text. */
final class WorkCount {
    private WorkCount() {}

    /** A multiply-add is two operations. */
    static long flops(ConvGeometry g) {
        return 2L * g.n() * g.outH() * g.outW() * g.co() * g.kh() * g.kw() * (g.ci() / g.groups());
    }

    /** Operations of a convolution or a matrix product; 0 for other kernels, which move memory. */
    static long flops(String method, Object[] args) {
        if (args[0] instanceof ConvGeometry g && !method.startsWith("maxPool")) {
            return flops(g);
        }
        if (method.equals("matMul")) {
            View a = (View) args[0];
            View out = (View) args[args.length - 1];
            return 2L * a.shape().size() * out.shape().dim(1);
        }
        return 0;
    }

    /** Bytes of all operands, each once. */
    static long bytes(Object[] args) {
        long sum = 0;
        for (Object arg : args) {
            sum += bytes(arg);
        }
        return sum;
    }

    private static long bytes(Object arg) {
        return switch (arg) {
            case View v -> (long) v.shape().size() * v.dtype().bytes();
            case List<?> list -> list.stream().mapToLong(WorkCount::bytes).sum();
            case SgdOperands o -> bytes(List.of(o.parameter(), o.gradient(), o.buffer()));
            case AdamWOperands o -> bytes(List.of(o.parameter(), o.gradient(), o.m(), o.v()));
            case null, default -> 0;
        };
    }

    /** The sizes that tell calls of one kernel apart. */
    static String text(String method, Object[] args) {
        if (args[0] instanceof ConvGeometry g) {
            return text(g);
        }
        if (method.equals("matMul")) {
            View out = (View) args[args.length - 1];
            int m = out.shape().dim(0);
            int n = out.shape().dim(1);
            int k = m == 0 ? 0 : ((View) args[0]).shape().size() / m;
            return m + "x" + k + "x" + n;
        }
        for (int i = args.length - 1; i >= 0; i--) {
            if (args[i] instanceof View v) {
                return java.util.Arrays.stream(v.shape().dims())
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining("x"));
            }
        }
        return "";
    }

    /** {@code CIxCO KxK HxW}, and batch, stride and groups where they are not 1. */
    static String text(ConvGeometry g) {
        String text = "%dx%d %dx%d %dx%d".formatted(g.ci(), g.co(), g.kh(), g.kw(), g.h(), g.w());
        text += g.strideH() == 1 ? "" : " s" + g.strideH();
        text += g.groups() == 1 ? "" : " g" + g.groups();
        return g.n() == 1 ? text : text + " n" + g.n();
    }
}
