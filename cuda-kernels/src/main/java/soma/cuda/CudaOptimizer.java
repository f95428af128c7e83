package soma.cuda;

import static soma.cuda.TensorTable.word;

import soma.cuda.driver.Arguments;
import soma.tensor.spi.Backend;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.View;

import java.util.List;

/**
 * Parameter updates, norms and the search for what is not finite, on float32 ({@code
 * optimizer.ptx}): one launch, however many tensors there are.
 */
final class CudaOptimizer implements OptimizerKernels {
    private static final int SGD_WORDS = 5;
    private static final int ADAMW_WORDS = 6;
    private static final int READ_WORDS = 2;

    private final Backend backend;
    private final Launcher launcher;

    CudaOptimizer(Backend backend, Launcher launcher) {
        this.backend = backend;
        this.launcher = launcher;
    }

    @Override
    public void sgd(
            View parameter,
            View gradient,
            View buffer,
            double lr,
            double momentum,
            double decay,
            boolean nesterov,
            boolean first) {
        sgd(
                List.of(new SgdOperands(parameter, gradient, buffer, lr, decay, first)),
                momentum,
                nesterov);
    }

    @Override
    public void sgd(List<SgdOperands> all, double momentum, boolean nesterov) {
        TensorTable table = new TensorTable(SGD_WORDS);
        for (SgdOperands o : all) {
            OperandTypes.requireFloat("sgd", "operand", o.parameter(), o.gradient(), o.buffer());
            int n = o.parameter().shape().size();
            table.add(
                    n,
                    Launcher.address(o.parameter()),
                    Launcher.address(o.gradient()),
                    Launcher.address(o.buffer()),
                    word(n, o.first() ? 1 : 0),
                    word(o.lr(), o.decay()));
        }
        if (table.isEmpty()) {
            return;
        }
        try (TensorTable.OnDevice tensors = table.upload(backend, "sgd", 0)) {
            launch("sgd_f32", tensors, tensors.arguments().f32(momentum).u32(nesterov ? 1 : 0));
        }
    }

    @Override
    public void adamW(
            View parameter,
            View gradient,
            View m,
            View v,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step) {
        adamW(
                List.of(new AdamWOperands(parameter, gradient, m, v, lr, decay, step)),
                beta1,
                beta2,
                eps);
    }

    @Override
    public void adamW(List<AdamWOperands> all, double beta1, double beta2, double eps) {
        TensorTable table = new TensorTable(ADAMW_WORDS);
        for (AdamWOperands o : all) {
            OperandTypes.requireFloat(
                    "adamW", "operand", o.parameter(), o.gradient(), o.m(), o.v());
            int n = o.parameter().shape().size();
            table.add(
                    n,
                    Launcher.address(o.parameter()),
                    Launcher.address(o.gradient()),
                    Launcher.address(o.m()),
                    Launcher.address(o.v()),
                    word(n, 1 - o.lr() * o.decay()),
                    word(
                            o.lr() / (1 - Math.pow(beta1, o.step())),
                            1 / Math.sqrt(1 - Math.pow(beta2, o.step()))));
        }
        if (table.isEmpty()) {
            return;
        }
        try (TensorTable.OnDevice tensors = table.upload(backend, "adamW", 0)) {
            launch(
                    "adamw_f32",
                    tensors,
                    tensors.arguments()
                            .f32(beta1)
                            .f32(1 - beta1)
                            .f32(beta2)
                            .f32(1 - beta2)
                            .f32(eps));
        }
    }

    @Override
    public double squaredNorm(View x) {
        return squaredNorm(List.of(x));
    }

    @Override
    public double squaredNorm(List<View> all) {
        TensorTable table = read("squaredNorm", all);
        if (table.isEmpty()) {
            return 0;
        }
        double sum = 0;
        try (TensorTable.OnDevice tensors = table.upload(backend, "squaredNorm", 1)) {
            launch("squared_norm_f32", tensors, tensors.arguments().address(tensors.results()));
            for (long part : tensors.results(tensors.blocks())) {
                sum += Double.longBitsToDouble(part);
            }
        }
        return sum;
    }

    @Override
    public boolean allFinite(View x) {
        return allFinite(List.of(x));
    }

    @Override
    public boolean allFinite(List<View> all) {
        TensorTable table = read("allFinite", all);
        if (table.isEmpty()) {
            return true;
        }
        try (TensorTable.OnDevice tensors = table.upload(backend, "allFinite", 1)) {
            launch("non_finite_f32", tensors, tensors.arguments().address(tensors.results()));
            return tensors.results(1)[0] == 0;
        }
    }

    /** A table of tensors that are read. */
    private static TensorTable read(String op, List<View> all) {
        TensorTable table = new TensorTable(READ_WORDS);
        for (View x : all) {
            OperandTypes.requireFloat(op, "operand", x);
            int n = x.shape().size();
            table.add(n, Launcher.address(x), word(n, 0));
        }
        return table;
    }

    private void launch(String entry, TensorTable.OnDevice tensors, Arguments arguments) {
        launcher.launch(KernelFamily.OPTIMIZER, entry, tensors.geometry(), arguments);
    }
}
