package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.DTypeException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.OptimizerKernels;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;

/**
 * Parameter updates, norms and the search for what is not finite, on float32 ({@code
 * optimizer.ptx}).
 */
final class CudaOptimizer implements OptimizerKernels {
    private static final int THREADS = 256;

    /** Blocks that each give one sum; few, since the host adds them. */
    private static final int SUMS = 128;

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
        requireFloat("sgd", parameter, gradient, buffer);
        int n = parameter.shape().size();
        if (n == 0) {
            return;
        }
        launch(
                "sgd_f32",
                covering(n),
                new Arguments()
                        .address(Launcher.address(parameter))
                        .address(Launcher.address(gradient))
                        .address(Launcher.address(buffer))
                        .u32(n)
                        .f32(lr)
                        .f32(momentum)
                        .f32(decay)
                        .u32(nesterov ? 1 : 0)
                        .u32(first ? 1 : 0));
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
        requireFloat("adamW", parameter, gradient, m, v);
        int n = parameter.shape().size();
        if (n == 0) {
            return;
        }
        launch(
                "adamw_f32",
                covering(n),
                new Arguments()
                        .address(Launcher.address(parameter))
                        .address(Launcher.address(gradient))
                        .address(Launcher.address(m))
                        .address(Launcher.address(v))
                        .u32(n)
                        .f32(beta1)
                        .f32(1 - beta1)
                        .f32(beta2)
                        .f32(1 - beta2)
                        .f32(1 - lr * decay)
                        .f32(lr / (1 - Math.pow(beta1, step)))
                        .f32(1 / Math.sqrt(1 - Math.pow(beta2, step)))
                        .f32(eps));
    }

    @Override
    public double squaredNorm(View x) {
        requireFloat("squaredNorm", x);
        int n = x.shape().size();
        if (n == 0) {
            return 0;
        }
        Geometry geometry = Geometry.covering(n, THREADS, SUMS);
        double[] sums = new double[geometry.gridX()];
        Storage partial = backend.allocate(DType.FLOAT64, sums.length, "squared_norm");
        try {
            launch(
                    "squared_norm_f32",
                    geometry,
                    new Arguments()
                            .address(Launcher.address(x))
                            .address(((CudaStorage) partial).address())
                            .u32(n));
            backend.download(partial, 0, sums, 0, sums.length);
        } finally {
            partial.release();
        }
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum;
    }

    @Override
    public boolean allFinite(View x) {
        requireFloat("allFinite", x);
        int n = x.shape().size();
        if (n == 0) {
            return true;
        }
        int[] found = new int[1];
        Storage flag = backend.allocate(DType.INT32, 1, "all_finite");
        try {
            backend.upload(found, 0, flag, 0, 1);
            launch(
                    "non_finite_f32",
                    covering(n),
                    new Arguments()
                            .address(Launcher.address(x))
                            .address(((CudaStorage) flag).address())
                            .u32(n));
            backend.download(flag, 0, found, 0, 1);
        } finally {
            flag.release();
        }
        return found[0] == 0;
    }

    private Geometry covering(int n) {
        return Geometry.covering(n, THREADS, launcher.wave());
    }

    private void launch(String entry, Geometry geometry, Arguments arguments) {
        launcher.launch(KernelFamily.OPTIMIZER, entry, geometry, arguments);
    }

    private static void requireFloat(String op, View... operands) {
        for (View operand : operands) {
            if (operand.dtype() != DType.FLOAT32) {
                throw DTypeException.of(op, "operand", DType.FLOAT32, operand.dtype());
            }
        }
    }
}
