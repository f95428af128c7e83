package soma.parity;

/**
 * One comparison.
 *
 * @param group what was run, such as {@code models/r50/trace-1.safetensors}
 * @param name the tensor, or what else was compared
 * @param shape of it, or how many there are
 * @param maxAbsolute largest absolute difference; NaN where nothing could be compared
 * @param maxRelative the same, relative to the largest expected value
 * @param tolerance what is allowed, as text
 * @param verdict whether it is
 * @param note why not, or what decided otherwise; may be empty
 */
public record Row(
        String group,
        String name,
        String shape,
        double maxAbsolute,
        double maxRelative,
        String tolerance,
        Verdict verdict,
        String note) {
    /** How a comparison ended. */
    public enum Verdict {
        OK,
        FAIL,
        /** Not compared, since Soma has nothing of the kind; the note says what covers it. */
        SKIP
    }

    /** Whether it is out of tolerance. */
    public boolean failed() {
        return verdict == Verdict.FAIL;
    }
}
