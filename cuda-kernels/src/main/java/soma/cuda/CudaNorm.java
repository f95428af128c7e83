package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.NormKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

/**
 * Batch and group normalisation of contiguous float32 maps ({@code norm.ptx}); sums are taken in
 * float64 and in an order that depends on shapes alone.
 */
final class CudaNorm implements NormKernels {
    private final Backend memory;
    private final Launcher launcher;

    /** Scratch memory comes from {@code memory}. */
    CudaNorm(Backend memory, Launcher launcher) {
        this.memory = memory;
        this.launcher = launcher;
    }

    @Override
    public void batchNorm(
            View x, View gamma, View beta, double eps, View out, View mean, View invStd) {
        require("batchNorm", x, gamma, beta, out, mean, invStd);
        forward(NormPlan.batch(x.shape()), x, gamma, beta, eps, out, mean, invStd);
    }

    @Override
    public void groupNorm(
            View x,
            int groups,
            View gamma,
            View beta,
            double eps,
            View out,
            View mean,
            View invStd) {
        require("groupNorm", x, gamma, beta, out, mean, invStd);
        forward(NormPlan.group(x.shape(), groups), x, gamma, beta, eps, out, mean, invStd);
    }

    private void forward(
            NormPlan plan,
            View x,
            View gamma,
            View beta,
            double eps,
            View out,
            View mean,
            View invStd) {
        if (plan.sets() == 0) {
            return;
        }
        try (Doubles sums = doubles(plan.partialSums());
                Doubles squares = doubles(plan.partialSums());
                Doubles exactMean = doubles(plan.sets());
                Doubles exactInvStd = doubles(plan.sets())) {
            if (plan.partialSums() > 0) {
                Arguments operands =
                        addresses(x).address(sums.address()).address(squares.address());
                launch(
                        "norm_moments_f32",
                        plan.overMaps(),
                        plan.appendCut(plan.appendExtents(operands)));
            }
            Arguments statistics =
                    addresses(x)
                            .address(sums.address())
                            .address(squares.address())
                            .address(Launcher.address(mean))
                            .address(Launcher.address(invStd))
                            .address(exactMean.address())
                            .address(exactInvStd.address())
                            .f64(eps);
            launch(
                    "norm_statistics_f32",
                    plan.overSets(),
                    plan.appendExtents(statistics).u32(plan.groups()).u32(plan.chunks()));
            if (plan.partialSums() > 0) {
                Arguments operands =
                        addresses(x, gamma, beta)
                                .address(exactMean.address())
                                .address(exactInvStd.address())
                                .address(Launcher.address(out));
                launch("norm_apply_f32", plan.overMaps(), withGroups(plan, operands));
            }
        }
    }

    @Override
    public void batchNormBackward(
            View x,
            View gradOut,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        require("batchNormBackward", x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
        NormPlan plan = NormPlan.batch(x.shape());
        backward(plan, x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
    }

    @Override
    public void groupNormBackward(
            View x,
            View gradOut,
            int groups,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        require("groupNormBackward", x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
        NormPlan plan = NormPlan.group(x.shape(), groups);
        backward(plan, x, gradOut, gamma, mean, invStd, gradX, gradGamma, gradBeta);
    }

    private void backward(
            NormPlan plan,
            View x,
            View gradOut,
            View gamma,
            View mean,
            View invStd,
            View gradX,
            View gradGamma,
            View gradBeta) {
        if (plan.channels() == 0) {
            return;
        }
        try (Doubles sums = doubles(plan.partialSums());
                Doubles hats = doubles(plan.partialSums());
                Doubles setSums = doubles(plan.sets());
                Doubles setHats = doubles(plan.sets())) {
            if (plan.partialSums() > 0) {
                Arguments operands =
                        addresses(x, gradOut, mean, invStd)
                                .address(sums.address())
                                .address(hats.address());
                launch("norm_backward_sums_f32", plan.overMaps(), withGroups(plan, operands));
            }
            launch(
                    "norm_parameter_grads_f32",
                    plan.overChannels(),
                    new Arguments()
                            .address(sums.address())
                            .address(hats.address())
                            .address(Launcher.address(gradGamma))
                            .address(Launcher.address(gradBeta))
                            .u32(plan.parts())
                            .u32(plan.channels()));
            if (plan.partialSums() > 0) {
                launch(
                        "norm_set_sums_f32",
                        plan.overSets(),
                        new Arguments()
                                .address(sums.address())
                                .address(hats.address())
                                .address(Launcher.address(gamma))
                                .address(setSums.address())
                                .address(setHats.address())
                                .u32(plan.channels())
                                .u32(plan.groupChannels())
                                .u32(plan.groups())
                                .u32(plan.chunks()));
                Arguments operands =
                        addresses(x, gradOut, gamma, mean, invStd)
                                .address(setSums.address())
                                .address(setHats.address())
                                .address(Launcher.address(gradX));
                launch("norm_backward_apply_f32", plan.overMaps(), withGroups(plan, operands));
            }
        }
    }

    private static Arguments withGroups(NormPlan plan, Arguments operands) {
        return plan.appendCut(plan.appendExtents(operands).u32(plan.groups()));
    }

    private void launch(String entry, Geometry geometry, Arguments arguments) {
        launcher.launch(KernelFamily.NORM, entry, geometry, arguments);
    }

    private static Arguments addresses(View... views) {
        Arguments arguments = new Arguments();
        for (View view : views) {
            arguments.address(Launcher.address(view));
        }
        return arguments;
    }

    /** Scratch memory of float64; everything runs in one stream, so it may be closed at once. */
    private record Doubles(Storage storage) implements AutoCloseable {
        long address() {
            return Launcher.address(storage);
        }

        @Override
        public void close() {
            storage.release();
        }
    }

    private Doubles doubles(int count) {
        return new Doubles(memory.allocate(DType.FLOAT64, count, "norm"));
    }

    private static void require(String op, View... operands) {
        for (View operand : operands) {
            OperandTypes.require(op, "operand", operand, DType.FLOAT32);
            if (!operand.layout().isContiguous()) {
                throw new DeviceException(
                        op
                                + " on cuda: operand: expected contiguous elements, got "
                                + operand.layout());
            }
        }
    }
}
