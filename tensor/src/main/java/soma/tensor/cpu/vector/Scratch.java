package soma.tensor.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Buffers of one thread, kept from call to call so that a kernel allocates nothing once it has run.
 *
 * <p>The caller of a kernel owns the packed panels that all tasks read; everything else belongs to
 * one task at a time.
 */
final class Scratch {
    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    /** Room for a few vectors. */
    final float[] room = new float[MicroKernel.TILE];

    /** A row of a block, and room for a vector beyond. */
    final float[] line = new float[MicroKernel.STRIDE];

    private MemorySegment panels = MemorySegment.NULL;
    private MemorySegment ownPanels = MemorySegment.NULL;
    private float[] left = {};
    private float[] partial = {};
    private float[] exchanged = {};
    private float[] products = {};
    private float[] tiles = {};
    private int[] rows = {};
    private int[] targets = {};
    private int[] y = {};
    private int[] x = {};
    private int[] sums = {};

    private Scratch() {}

    /** The buffers of the calling thread. */
    static Scratch current() {
        return CURRENT.get();
    }

    /**
     * Packed right operand that the tasks of a call share: {@code floats} values, aligned to 64
     * bytes.
     */
    MemorySegment panels(long floats) {
        panels = atLeast(panels, floats);
        return panels;
    }

    /** Packed right operand of a single task. */
    MemorySegment ownPanels(long floats) {
        ownPanels = atLeast(ownPanels, floats);
        return ownPanels;
    }

    /** Packed left operand of a single task. */
    float[] left(int floats) {
        if (left.length < floats) {
            left = new float[floats];
        }
        return left;
    }

    /** Partial sums that the tasks of a call share. */
    float[] partial(int floats) {
        if (partial.length < floats) {
            partial = new float[floats];
        }
        return partial;
    }

    /** Weights with exchanged channels that the tasks of a call share. */
    float[] exchanged(int floats) {
        if (exchanged.length < floats) {
            exchanged = new float[floats];
        }
        return exchanged;
    }

    /** Tiles that {@link MicroKernel} adds to. */
    float[] tiles(int floats) {
        if (tiles.length < floats) {
            tiles = new float[floats];
        }
        return tiles;
    }

    /** Products of a single task, before they are transformed back. */
    float[] products(int floats) {
        if (products.length < floats) {
            products = new float[floats];
        }
        return products;
    }

    /** Offsets of the rows of the left operand. */
    int[] rows(int count) {
        if (rows.length < count) {
            rows = new int[count];
        }
        return rows;
    }

    /** Offsets of the rows of the output. */
    int[] targets(int count) {
        if (targets.length < count) {
            targets = new int[count];
        }
        return targets;
    }

    /** Input row of each pixel of a task. */
    int[] y(int count) {
        if (y.length < count) {
            y = new int[count];
        }
        return y;
    }

    /** Input column of each pixel of a task. */
    int[] x(int count) {
        if (x.length < count) {
            x = new int[count];
        }
        return x;
    }

    /** Sums of the bytes of a row. */
    int[] sums(int count) {
        if (sums.length < count) {
            sums = new int[count];
        }
        return sums;
    }

    private static MemorySegment atLeast(MemorySegment segment, long floats) {
        if (segment.byteSize() >= 4 * floats) {
            return segment;
        }
        return Arena.ofAuto().allocate(4 * Math.max(floats, 1024), 64);
    }
}
