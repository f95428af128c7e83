package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;

import java.util.ArrayList;
import java.util.List;

/**
 * Several tensors that a kernel goes over in one launch: a row of 64-bit words for each, and which
 * part of which tensor each block takes ({@code optimizer.ptx} says how they lie). How they are cut
 * depends on their sizes alone, and so does the order of sums.
 */
final class TensorTable {
    private static final int THREADS = 256;

    /** Elements that a block takes at least, so that it outweighs what it costs to start it. */
    private static final int LEAST_SPAN = 4 * THREADS;

    /** Blocks after which tensors aren't cut any further: some for each multiprocessor. */
    private static final int ENOUGH_BLOCKS = 2048;

    private final int rowWords;
    private final List<long[]> rows = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private long elements;

    /**
     * An empty table.
     *
     * @param rowWords of a row
     */
    TensorTable(int rowWords) {
        this.rowWords = rowWords;
    }

    /**
     * Appends a tensor, unless it has no elements.
     *
     * @param size its elements
     * @param row what the kernel reads of it
     */
    void add(int size, long... row) {
        if (row.length != rowWords) {
            throw new IllegalArgumentException(
                    "tensor table: expected rows of " + rowWords + " words, got " + row.length);
        }
        if (size > 0) {
            rows.add(row);
            sizes.add(size);
            elements += size;
        }
    }

    /** Whether there is nothing to go over. */
    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Two numbers of 32 bits in a word, the first in front. */
    static long word(int first, int second) {
        return first & 0xffffffffL | (long) second << 32;
    }

    /** Likewise, the second one as float32. */
    static long word(int first, double second) {
        return word(first, Float.floatToRawIntBits((float) second));
    }

    /** Likewise, both as float32. */
    static long word(double first, double second) {
        return word(Float.floatToRawIntBits((float) first), second);
    }

    /** Elements that a block takes at most: whole turns of its threads. */
    int span() {
        long even = Math.ceilDiv(Math.ceilDiv(elements, ENOUGH_BLOCKS), THREADS) * THREADS;
        return Math.clamp(even, LEAST_SPAN, 1 << 30);
    }

    /** A word for each block: the row, and the block's first element. */
    long[] blocks() {
        int span = span();
        int count = 0;
        for (int size : sizes) {
            count += Math.ceilDiv(size, span);
        }
        long[] blocks = new long[count];
        int at = 0;
        for (int row = 0; row < sizes.size(); row++) {
            int own = Math.ceilDiv(sizes.get(row), span);
            for (int i = 0; i < own; i++) {
                blocks[at++] = word(row, i * span);
            }
        }
        return blocks;
    }

    /**
     * Brings it to the device, with some words of zeros behind it for results.
     *
     * @param results words for each block
     */
    OnDevice upload(Backend memory, String op, int results) {
        long[] blocks = blocks();
        int ahead = rows.size() * rowWords;
        long[] words = new long[ahead + blocks.length * (1 + results)];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(rows.get(row), 0, words, row * rowWords, rowWords);
        }
        System.arraycopy(blocks, 0, words, ahead, blocks.length);
        Storage storage = memory.allocate(DType.INT64, words.length, op);
        memory.upload(words, 0, storage, 0, words.length);
        return new OnDevice(storage, ahead, blocks.length, span());
    }

    /**
     * A table in device memory. Everything runs in one stream, so it may be closed as soon as its
     * kernel is launched.
     *
     * @param rows words in front of the blocks
     */
    record OnDevice(Storage storage, int rows, int blocks, int span) implements AutoCloseable {
        /** A block of threads for each of the table. */
        Geometry geometry() {
            return Geometry.of(blocks, THREADS);
        }

        /** Where rows and blocks lie, and the span: a kernel's first arguments. */
        Arguments arguments() {
            return new Arguments().address(address(0)).address(address(rows)).u32(span);
        }

        /** Where results are to be written. */
        long results() {
            return address(rows + blocks);
        }

        /** The first results; waits for the kernel. */
        long[] results(int count) {
            long[] words = new long[count];
            storage.backend().download(storage, rows + blocks, words, 0, count);
            return words;
        }

        private long address(int word) {
            return Launcher.address(storage) + (long) word * Long.BYTES;
        }

        @Override
        public void close() {
            storage.release();
        }
    }
}
