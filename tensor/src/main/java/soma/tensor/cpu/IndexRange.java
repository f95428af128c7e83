package soma.tensor.cpu;

/** The check of indices that a kernel reads. */
public final class IndexRange {
    private IndexRange() {}

    /**
     * Checks an index.
     *
     * @param argument op and operand, {@code gather: index} for example
     * @param extent number of elements that it may name
     * @return the index
     * @throws IndexOutOfBoundsException naming the argument, unless it is from 0 to extent - 1
     */
    public static int checked(String argument, int index, int extent) {
        if (index < 0 || index >= extent) {
            throw new IndexOutOfBoundsException(
                    argument + ": expected 0 to " + (extent - 1) + ", got " + index);
        }
        return index;
    }
}
