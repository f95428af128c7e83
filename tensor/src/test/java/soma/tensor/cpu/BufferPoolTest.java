package soma.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.tensor.DType;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which array a request gets, and what is let go. */
class BufferPoolTest {
    private final BufferPool pool = new BufferPool();

    private float[] floats(int size) {
        float[] array = (float[]) pool.take(DType.FLOAT32, size);
        assertTrue(array.length >= size, () -> "got " + array.length + " for " + size);
        return array;
    }

    private void give(Object array) {
        pool.give(DType.FLOAT32, array);
    }

    @Test
    void anArrayThatFitsIsUsedAgain() {
        float[] array = floats(1000);
        give(array);
        assertSame(array, floats(990));
        assertEquals(1, pool.allocations());
    }

    @Test
    void theShortestThatFitsIsTaken() {
        float[] large = floats(1400);
        float[] small = floats(1100);
        give(large);
        give(small);
        assertSame(small, floats(1000));
        assertSame(large, floats(1000));
    }

    @Test
    void muchLongerArraysAreLeft() {
        float[] array = floats(2000);
        give(array);
        assertNotSame(array, floats(1000));
        assertSame(array, floats(1999));
    }

    @Test
    void typesDoNotMixButBoolIsBytes() {
        give(floats(100));
        assertInstanceOf(int[].class, pool.take(DType.INT32, 100));
        byte[] bytes = (byte[]) pool.take(DType.UINT8, 100);
        pool.give(DType.UINT8, bytes);
        assertSame(bytes, pool.take(DType.BOOL, 100));
    }

    @Test
    void sizesWasteAtMostAnEighth() {
        for (int size = 64; size < 5_000_000; size = size * 9 / 8 + 1) {
            int length = floats(size).length;
            assertTrue(length - size <= size / 8 + 1, size + " got " + length);
        }
        assertEquals(64, floats(0).length);
    }

    @Test
    void idleBytesStayUnderTheLimit() {
        List<float[]> taken = new ArrayList<>();
        Random random = new Random(1);
        long bytes = 0;
        for (int i = 0; i < 200; i++) {
            taken.add(floats(1 + random.nextInt(10_000)));
            bytes += 4L * taken.getLast().length;
        }
        taken.forEach(this::give);
        assertEquals(bytes, pool.idleBytes());
        pool.shrinkTo(bytes / 3);
        assertTrue(pool.idleBytes() <= bytes / 3 && pool.idleBytes() > bytes / 4);
        pool.shrinkTo(0);
        assertEquals(0, pool.idleBytes());
    }
}
