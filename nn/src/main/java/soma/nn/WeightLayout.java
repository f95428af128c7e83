package soma.nn;

import soma.nn.checkpoint.HostTensor;
import soma.tensor.Shape;
import soma.tensor.ShapeException;

/**
 * How a weight lies in PyTorch's state dicts and how Soma's kernels read it. Each is a
 * transposition of the outer and inner part of {@code batch} blocks {@code [outer][middle][inner]}.
 */
public sealed interface WeightLayout {
    /**
     * Side of the squares in which elements are moved, so that reads and writes share cache lines.
     */
    int TILE = 16;

    /** Elements that are converted at a time, unless a single row has more. */
    int PART = 1 << 20;

    /** PyTorch's shape of a weight of Soma's shape. */
    Shape torchShape(Shape shape);

    /** How PyTorch's order of the elements is made up. */
    Blocks blocks(Shape shape);

    /**
     * Extents of one of the blocks that follow one another, in PyTorch's order; Soma's is {@code
     * [inner][middle][outer]}.
     */
    record Blocks(int outer, int middle, int inner) {}

    /** Vectors: alike in both. */
    record Plain() implements WeightLayout {
        @Override
        public Shape torchShape(Shape shape) {
            return shape;
        }

        @Override
        public Blocks blocks(Shape shape) {
            return new Blocks(1, 1, shape.size());
        }
    }

    /** Convolutions: (out, in / groups, kh, kw) there, [kh, kw, in / groups, out] here. */
    record Convolution() implements WeightLayout {
        @Override
        public Shape torchShape(Shape s) {
            requireRank("convolution weight", s, 4);
            return Shape.of(s.dim(3), s.dim(2), s.dim(0), s.dim(1));
        }

        @Override
        public Blocks blocks(Shape s) {
            return new Blocks(s.dim(3), s.dim(2), s.dim(0) * s.dim(1));
        }
    }

    /** Linear layers: (out, in) there, [in, out] here. */
    record Dense() implements WeightLayout {
        @Override
        public Shape torchShape(Shape s) {
            requireRank("linear weight", s, 2);
            return Shape.of(s.dim(1), s.dim(0));
        }

        @Override
        public Blocks blocks(Shape s) {
            return new Blocks(s.dim(1), 1, s.dim(0));
        }
    }

    /**
     * Linear layers on a flattened map, which PyTorch flattens as channel, row, column and Soma as
     * row, column, channel.
     */
    record DenseOnMap(int channels, int height, int width) implements WeightLayout {
        @Override
        public Shape torchShape(Shape s) {
            requireRank("linear weight", s, 2);
            return Shape.of(s.dim(1), s.dim(0));
        }

        @Override
        public Blocks blocks(Shape s) {
            if (s.dim(0) != channels * height * width) {
                throw ShapeException.of(
                        "linear weight", "inputs", channels + "*" + height + "*" + width, s);
            }
            return new Blocks(s.dim(1), channels, height * width);
        }
    }

    /** Transposed convolutions: (in, out, kh, kw) there, [in, kh, kw, out] here. */
    record TransposedConvolution() implements WeightLayout {
        @Override
        public Shape torchShape(Shape s) {
            requireRank("transposed convolution weight", s, 4);
            return Shape.of(s.dim(0), s.dim(3), s.dim(1), s.dim(2));
        }

        @Override
        public Blocks blocks(Shape s) {
            return new Blocks(s.dim(3), 1, s.dim(1) * s.dim(2));
        }
    }

    /** Takes consecutive elements of a weight in Soma's order. */
    @FunctionalInterface
    interface Sink {
        /** The first {@code length} of {@code values} are those from {@code offset} on. */
        void accept(float[] values, int offset, int length);
    }

    /**
     * Hands over the elements of a stored tensor in Soma's order, a part at a time: only as much
     * memory as a part is needed beside the tensor's own, which may be a mapped file.
     */
    default void fromTorch(HostTensor stored, Shape shape, Sink sink) {
        Blocks b = blocks(shape);
        int columns = b.middle * b.inner;
        int block = b.outer * columns;
        int size = shape.size();
        if (size == 0) {
            return;
        }
        boolean sameOrder = b.outer == 1 && b.middle == 1;
        int unit = sameOrder ? 1 : b.outer;
        int places = Math.max(1, Math.min(PART / unit, (sameOrder ? size : columns)));
        float[] part = ConversionBuffer.ofAtLeast(Math.max(PART, places * unit));
        if (sameOrder) {
            for (int at = 0; at < size; at += places) {
                int n = Math.min(places, size - at);
                stored.floats(at, part, n);
                sink.accept(part, at, n);
            }
            return;
        }
        float[] row = new float[columns];
        for (int base = 0; base < size; base += block) {
            for (int from = 0; from < columns; from += places) {
                int to = Math.min(columns, from + places);
                gather(stored, base, b, from, to, row, part);
                sink.accept(part, base + from * b.outer, (to - from) * b.outer);
            }
        }
    }

    /**
     * Fills {@code part} with the places {@code from} to {@code to} of a block, each of all rows.
     */
    private static void gather(
            HostTensor stored, int base, Blocks b, int from, int to, float[] row, float[] part) {
        int columns = row.length;
        for (int r = 0; r < b.outer; r++) {
            stored.floats(base + r * columns, row, columns);
            int at = r;
            int i = from / b.middle;
            int m = from % b.middle;
            for (int place = from; place < to; place++) {
                part[at] = row[m * b.inner + i];
                at += b.outer;
                if (++m == b.middle) {
                    m = 0;
                    i++;
                }
            }
        }
    }

    /** Elements of Soma's order in PyTorch's. */
    default float[] toTorch(float[] values, Shape shape) {
        Blocks b = blocks(shape);
        return transpose(values, b.inner, b.middle, b.outer);
    }

    private static float[] transpose(float[] from, int outer, int middle, int inner) {
        if (outer == 1 && middle == 1) {
            return from.clone();
        }
        float[] to = new float[from.length];
        int columns = middle * inner;
        for (int base = 0; base < from.length; base += outer * columns) {
            for (int o = 0; o < outer; o += TILE) {
                for (int c = 0; c < columns; c += TILE) {
                    int lastRow = Math.min(outer, o + TILE);
                    int lastColumn = Math.min(columns, c + TILE);
                    for (int column = c; column < lastColumn; column++) {
                        int place = column % inner * middle + column / inner;
                        int target = base + place * outer;
                        for (int row = o; row < lastRow; row++) {
                            to[target + row] = from[base + row * columns + column];
                        }
                    }
                }
            }
        }
        return to;
    }

    private static void requireRank(String what, Shape s, int rank) {
        if (s.rank() != rank) {
            throw ShapeException.of("WeightLayout", what, "rank " + rank, s);
        }
    }
}
