package soma.nn.checkpoint;

import soma.tensor.Shape;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Sizes, strides and an offset, all in elements, as a file claims them for a tensor over a storage.
 */
record StridedView(Path file, String name, long[] sizes, long[] strides, long offset) {
    /** An expanded tensor may have so many elements more than its storage. */
    private static final int MAX_EXPANDED = 1 << 20;

    private static final int MAX_RANK = 64;

    /**
     * The tensor: a part of the storage where it is row-major there, else a copy.
     *
     * @throws CheckpointException before anything is allocated if it reaches beyond the storage
     */
    HostTensor materialise(ElementType type, MemorySegment storage) {
        if (sizes.length != strides.length || sizes.length > MAX_RANK) {
            throw CheckpointException.of(
                    file,
                    name,
                    "as many strides as sizes, at most " + MAX_RANK,
                    sizes.length + " sizes, " + strides.length + " strides");
        }
        Shape shape = SafetensorsHeader.shapeOf(file, name, sizes);
        long available = storage.byteSize() / type.bytes();
        requireInside(shape, available);
        if (isRowMajor() || shape.size() == 0) {
            long bytes = (long) shape.size() * type.bytes();
            return new HostTensor(
                    type, shape, storage.asSlice(bytes == 0 ? 0 : offset * type.bytes(), bytes));
        }
        if (shape.size() > Math.max(available, MAX_EXPANDED)) {
            throw CheckpointException.of(
                    file, name, "no more than the storage's " + available, shape.size());
        }
        return new HostTensor(type, shape, copy(type, shape.size(), storage));
    }

    private void requireInside(Shape shape, long available) {
        long last = offset;
        boolean inside = offset >= 0;
        try {
            for (int i = 0; i < sizes.length; i++) {
                inside &= strides[i] >= 0;
                last =
                        Math.addExact(
                                last, Math.multiplyExact(Math.max(0, sizes[i] - 1), strides[i]));
            }
        } catch (ArithmeticException _) {
            // Farther away than 64 bits can say.
            inside = false;
        }
        if (!inside || (shape.size() > 0 && last >= available) || offset > available) {
            throw CheckpointException.of(
                    file,
                    name,
                    "elements inside its storage of " + available,
                    "shape " + shape + " from element " + offset);
        }
    }

    private boolean isRowMajor() {
        long step = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (sizes[i] != 1 && strides[i] != step) {
                return false;
            }
            step *= sizes[i];
        }
        return true;
    }

    private MemorySegment copy(ElementType type, int count, MemorySegment storage) {
        int width = type.bytes();
        byte[] out = new byte[Math.multiplyExact(count, width)];
        long[] index = new long[sizes.length];
        long from = offset;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(storage, ValueLayout.JAVA_BYTE, from * width, out, i * width, width);
            for (int d = sizes.length - 1; d >= 0; d--) {
                from += strides[d];
                if (++index[d] < sizes[d]) {
                    break;
                }
                from -= strides[d] * sizes[d];
                index[d] = 0;
            }
        }
        return MemorySegment.ofArray(out);
    }
}
