package soma.cuda;

import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.ConvKernels;
import soma.tensor.spi.View;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Convolutions of many shapes, in every form, for comparisons. */
public final class ConvCases {
    private static final int[][] CASES = {
        // n, h, w, ci, co, kernel, stride, padding, dilation, groups
        {1, 5, 7, 3, 5, 1, 1, 0, 1, 1},
        {2, 9, 8, 16, 17, 1, 2, 0, 1, 1},
        {1, 8, 9, 17, 33, 3, 1, 1, 1, 1},
        {2, 7, 9, 4, 8, 3, 2, 1, 1, 1},
        {1, 11, 10, 3, 16, 7, 2, 3, 1, 1},
        {1, 9, 9, 8, 8, 3, 1, 2, 2, 4},
        {1, 6, 6, 8, 8, 3, 1, 1, 1, 8},
        {1, 1, 1, 5, 6, 3, 1, 1, 1, 1},
        {1, 5, 6, 64, 64, 3, 1, 1, 1, 32},
        {1, 12, 13, 8, 68, 3, 1, 1, 1, 1},
        {2, 6, 7, 12, 20, 2, 2, 0, 1, 2},
        {1, 3, 3, 0, 4, 3, 1, 1, 1, 1},
        {0, 4, 4, 3, 4, 3, 1, 1, 1, 1}
    };

    /** All forms of the output: without anything after the sum, to bias, residual and ReLU. */
    public static final List<Integer> FORMS = List.of(0, 1, 2, 3, 4, 5, 6, 7);

    private ConvCases() {}

    /** Odd sizes, strides, paddings, dilations, groups, empty ones. */
    public static List<ConvGeometry> all() {
        return Arrays.stream(CASES).map(ConvCases::geometry).toList();
    }

    static ConvGeometry geometry(int... c) {
        return new ConvGeometry(
                c[0], c[1], c[2], c[3], c[4], c[5], c[5], c[6], c[6], c[7], c[7], c[8], c[8], c[9]);
    }

    private static View x(DeviceOperands operands, ConvGeometry g, boolean coarse, long seed) {
        return operands.random(coarse, seed, g.n(), g.h(), g.w(), g.ci());
    }

    private static View w(DeviceOperands operands, ConvGeometry g, boolean coarse, long seed) {
        return operands.random(coarse, seed, g.kh(), g.kw(), g.ci() / g.groups(), g.co());
    }

    private static View out(DeviceOperands operands, ConvGeometry g, boolean coarse, long seed) {
        return operands.random(coarse, seed, g.n(), g.outH(), g.outW(), g.co());
    }

    /**
     * The output in some forms (1 adds a bias, 2 a residual, 4 is for ReLU), the gradient of the
     * input, and that of the weights.
     */
    public static List<float[]> results(
            ConvGeometry g,
            Backend backend,
            ConvKernels kernels,
            boolean coarse,
            List<Integer> forms) {
        DeviceOperands operands = new DeviceOperands(backend);
        View x = x(operands, g, coarse, 1);
        View w = w(operands, g, coarse, 2);
        View bias = operands.random(3, g.co());
        View residual = out(operands, g, coarse, 4);
        View gradOut = out(operands, g, coarse, 5);
        List<float[]> results = new ArrayList<>();
        for (int form : forms) {
            View out = out(operands, g, coarse, 9);
            View added = (form & 1) == 0 ? null : bias;
            kernels.forward(g, x, w, added, (form & 2) == 0 ? null : residual, form > 3, out);
            results.add(operands.values(out));
        }
        View gradX = x(operands, g, coarse, 9);
        View gradW = w(operands, g, coarse, 9);
        kernels.backwardData(g, gradOut, w, gradX);
        kernels.backwardFilter(g, x, gradOut, gradW);
        results.add(operands.values(gradX));
        results.add(operands.values(gradW));
        return results;
    }
}
