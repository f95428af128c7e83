package soma.cuda;

import soma.cuda.driver.Driver;

import java.lang.foreign.MemorySegment;

/**
 * Catches indices out of range without waiting for the kernels that meet them: those leave the
 * first bad one in a record on the device, and the host looks at it when it next reads a result.
 */
final class IndexCheck {
    private static final int WORDS = 3;
    private static final long BYTES = 4L * WORDS;

    /** Where an index can be out of range; the code that a kernel leaves is the ordinal plus 1. */
    enum Site {
        INDEX_SELECT("indexSelect: index"),
        INDEX_ADD("indexAdd: index"),
        GATHER("gather: index"),
        SCATTER_ADD("scatterAdd: index"),
        CROSS_ENTROPY("crossEntropy: labels"),
        ROI_IMAGE("roiAlign: image"),
        ROI_LEVEL("roiAlign: level"),
        MASK_OBJECT("maskTargets: object");

        private final String words;

        Site(String words) {
            this.words = words;
        }

        /** What a kernel leaves in the record. */
        int code() {
            return ordinal() + 1;
        }
    }

    private final Driver driver;
    private long record;
    private boolean pending;

    IndexCheck(Driver driver) {
        this.driver = driver;
    }

    /** The record's address, for a kernel that is about to be launched. */
    long record() {
        if (record == 0) {
            record = driver.allocate(BYTES);
            driver.fill(record, (byte) 0, BYTES);
        }
        pending = true;
        return record;
    }

    /** Kernels that were given the record earlier may run now. */
    void expect() {
        pending = record != 0;
    }

    /**
     * Looks at the record, if a kernel may have written it since the last look.
     *
     * @throws IndexOutOfBoundsException naming the op and the index, once for each record
     */
    void report() {
        if (!pending) {
            return;
        }
        pending = false;
        int[] words = new int[WORDS];
        driver.download(record, MemorySegment.ofArray(words));
        if (words[0] == 0) {
            return;
        }
        driver.fill(record, (byte) 0, BYTES);
        int last = words[2] - 1;
        throw new IndexOutOfBoundsException(
                Site.values()[words[0] - 1].words
                        + ": expected 0 to "
                        + last
                        + ", got "
                        + words[1]
                        + " (seen when a later result was read)");
    }
}
