package soma.cuda.jcuda;

import jcuda.Pointer;

import soma.cuda.driver.Arguments;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of a launch as {@code cuLaunchKernel} takes them: an array of pointers, each to a
 * value. The driver copies the values before it returns, so one buffer serves all launches.
 */
final class ParameterBuffer {
    /** A kernel has at most 4 KiB of parameters, and none here is longer than 8 bytes. */
    private static final int MOST = 512;

    private static final int SLOT = 8;

    private final ByteBuffer values =
            ByteBuffer.allocateDirect(MOST * SLOT).order(ByteOrder.LITTLE_ENDIAN);
    private final Pointer start = Pointer.to(values);

    /** For each number of arguments, the pointers to so many slots. */
    private final List<Pointer> arrays = new ArrayList<>();

    /** The pointers to the arguments' values, valid until the next call. */
    Pointer of(Arguments arguments) {
        int size = arguments.size();
        for (int i = 0; i < size; i++) {
            // Little endian: a shorter value lies in the slot's first bytes.
            values.putLong(i * SLOT, arguments.bits(i));
        }
        while (arrays.size() <= size) {
            arrays.add(pointers(arrays.size()));
        }
        return arrays.get(size);
    }

    private Pointer pointers(int count) {
        Pointer[] slots = new Pointer[count];
        for (int i = 0; i < count; i++) {
            slots[i] = start.withByteOffset((long) i * SLOT);
        }
        return Pointer.to(slots);
    }
}
