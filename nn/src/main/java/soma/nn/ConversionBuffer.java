package soma.nn;

import java.lang.ref.SoftReference;

/**
 * A buffer for weights on their way between layouts, one for each thread, so that loading a model
 * leaves no garbage of its size; given up when memory is short.
 */
final class ConversionBuffer {
    private static final ThreadLocal<SoftReference<float[]>> BUFFER =
            ThreadLocal.withInitial(() -> new SoftReference<>(null));

    private ConversionBuffer() {}

    /** An array of at least {@code size} elements with any contents, the same for each caller. */
    static float[] ofAtLeast(int size) {
        float[] known = BUFFER.get().get();
        if (known == null || known.length < size) {
            known = new float[size];
            BUFFER.set(new SoftReference<>(known));
        }
        return known;
    }
}
