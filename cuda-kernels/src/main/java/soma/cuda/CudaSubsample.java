package soma.cuda;

import static soma.cuda.OperandTypes.require;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;
import soma.tensor.spi.View;
import soma.tensor.spi.VisionKernels.SubsampleSpec;

/** The random choice of examples: a key for each, then those of the smallest keys. */
final class CudaSubsample {
    private static final int THREADS = 256;
    private static final int SELECT_THREADS = 1024;

    private final Launcher launcher;
    private final Backend memory;

    CudaSubsample(Launcher launcher, Backend memory) {
        this.launcher = launcher;
        this.memory = memory;
    }

    void run(SubsampleSpec spec, View labels, View index, View sizes) {
        require("subsample", "labels", labels, DType.INT32);
        require("subsample", "index", index, DType.INT32);
        require("subsample", "sizes", sizes, DType.INT32);
        int n = labels.shape().dim(0);
        launcher.driver().fill(Launcher.address(sizes), (byte) 0, 4L * 2);
        if (index.shape().size() == 0) {
            return;
        }
        launcher.driver().fill(Launcher.address(index), (byte) 0, 4L * index.shape().size());
        int blocks = (n - 1) / 4 + 1;
        Storage keys = memory.allocate(DType.INT32, Math.multiplyExact(4, blocks), "subsample");
        launcher.launch(
                KernelFamily.SAMPLE,
                "sample_keys",
                Geometry.covering(blocks, THREADS, launcher.wave()),
                new Arguments()
                        .address(Launcher.address(keys))
                        .u32(blocks)
                        .u32((int) spec.seed())
                        .u32((int) (spec.seed() >>> 32)));
        launcher.launch(
                KernelFamily.SAMPLE,
                "sample_select",
                Geometry.of(2, SELECT_THREADS),
                new Arguments()
                        .address(Launcher.address(labels))
                        .address(Launcher.address(keys))
                        .address(Launcher.address(index))
                        .address(Launcher.address(sizes))
                        .u32(n)
                        .u32(spec.count())
                        .u32(Math.min(spec.mostPositive(), spec.count()))
                        .u32(spec.background()));
        keys.release();
    }
}
