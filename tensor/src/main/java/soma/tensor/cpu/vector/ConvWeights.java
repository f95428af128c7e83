package soma.tensor.cpu.vector;

import soma.tensor.ShapeException;
import soma.tensor.spi.ConvGeometry;

import java.lang.foreign.MemorySegment;

/** Weights [kh,kw,ci/groups,co] in an array, and how they are packed for either direction. */
record ConvWeights(ConvGeometry g, float[] data, int offset) {

    /** Checks that the array is long enough. */
    ConvWeights {
        long size = (long) g.kh() * g.kw() * (g.ci() / g.groups()) * g.co();
        if (offset < 0 || offset + size > data.length) {
            throw ShapeException.of(
                    "convolution",
                    "weights [%d,%d,%d,%d]".formatted(g.kh(), g.kw(), g.ci() / g.groups(), g.co()),
                    "an array of at least " + (offset + size) + " floats",
                    data.length);
        }
    }

    /** Index of a row of output channels. */
    int row(int tap, int channel) {
        return offset + (tap * (g.ci() / g.groups()) + channel) * g.co();
    }

    /** Rows are input channels, columns are output channels. */
    void packForward(
            int tap,
            int group,
            int firstRow,
            int rows,
            int column,
            int columns,
            int width,
            MemorySegment panel,
            long to,
            float[] room) {
        int from = row(tap, firstRow) + group * (g.co() / g.groups()) + column;
        PanelPacking.rows(data, from, g.co(), rows, columns, width, panel, to);
    }

    /** Rows are output channels, columns are input channels. */
    void packBackward(
            int tap,
            int group,
            int firstRow,
            int rows,
            int column,
            int columns,
            int width,
            MemorySegment panel,
            long to,
            float[] room) {
        int from = row(tap, column) + group * (g.co() / g.groups()) + firstRow;
        PanelPacking.transposed(data, from, g.co(), rows, columns, width, panel, to, room);
    }

    /**
     * Writes output channels {@code first} to {@code end - 1} of a tap of ungrouped weights as
     * {@code [tap][co][ci]}.
     */
    void exchange(int tap, int first, int end, float[] to) {
        int base = tap * g.ci() * g.co();
        for (int ci = 0; ci < g.ci(); ci++) {
            int from = row(tap, ci);
            for (int co = first; co < end; co++) {
                to[base + co * g.ci() + ci] = data[from + co];
            }
        }
    }
}
