package soma.tensor.spi;

import soma.tensor.DType;
import soma.tensor.DeviceException;

import java.util.Locale;
import java.util.Optional;

/**
 * Memory and kernels of one device. Kernels come in families, one interface each; a new op joins
 * the family it belongs to. Unless a kernel says otherwise, outputs are contiguous, do not overlap
 * inputs, and are overwritten.
 */
public interface Backend {
    /**
     * Allocates an uninitialised buffer, from the pool where one fits; {@code op} is named in leak
     * reports.
     */
    Storage allocate(DType dtype, int size, String op);

    /**
     * As {@link #allocate}, for a backend that stands before this one, to observe its kernels: the
     * buffer says that it belongs to {@code owner}.
     *
     * @throws UnsupportedOperationException if nothing can stand before this backend
     */
    default Storage allocateFor(Backend owner, DType dtype, int size, String op) {
        throw new UnsupportedOperationException(
                op + ": buffers of " + getClass().getSimpleName() + " belong to it alone");
    }

    /** What is allocated, pooled and kept. */
    MemoryReport memory();

    /** Gives pooled, unused buffers back to the system. */
    void trim();

    /** Copies {@code length} elements of a Java array of the storage's type to the device. */
    void upload(Object array, int from, Storage to, int offset, int length);

    /** Copies {@code length} elements to a Java array of the storage's type. */
    void download(Storage from, int offset, Object array, int to, int length);

    /**
     * What matrix products and convolutions multiply in from here on, for all that use this
     * backend.
     *
     * @throws DeviceException if the device can't, with what it can; nothing changes then
     */
    default void precision(Precision precision) {
        if (precision != Precision.FLOAT32) {
            throw new DeviceException(
                    "precision: expected float32, the only one that this device multiplies in, got "
                            + precision.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Pointwise kernels and strided copies. */
    ElementwiseKernels elementwise();

    /** Reductions over axes. */
    ReduceKernels reduce();

    /** Matrix products. */
    MatMulKernels matMul();

    /** Convolutions. */
    ConvKernels conv();

    /** Pooling and resampling of NHWC maps. */
    SpatialKernels spatial();

    /** Batch and group normalisation. */
    NormKernels norm();

    /** Softmax and losses. */
    LossKernels loss();

    /** Selection by index, sorting. */
    IndexKernels index();

    /** RoIAlign, NMS, matching, mask pasting. */
    VisionKernels vision();

    /** Coding, clipping and filtering of boxes, anchors. */
    BoxKernels boxes();

    /** Normalisation of images. */
    ImageKernels images();

    /** Parameter updates. */
    OptimizerKernels optimizer();

    /** Recording of work that is repeated, where the device has it. */
    default Optional<Graphs> graphs() {
        return Optional.empty();
    }

    /** The device's own clock and counters, where it has them. */
    default Optional<Instruments> instruments() {
        return Optional.empty();
    }
}
