package soma.maskrcnn.checkpoint;

import soma.nn.checkpoint.HostTensor;

/** Rows of class-dependent layers: weights [rows, ...] and biases [rows]. */
final class ClassRows {
    private ClassRows() {}

    private static int count(HostTensor t) {
        return t.shape().dim(0);
    }

    /** The tensor without its first rows. */
    static HostTensor without(HostTensor t, int first) {
        return t.rows(Math.min(first, count(t)), count(t));
    }

    /** The first row behind all others. */
    static HostTensor firstToLast(HostTensor t) {
        return HostTensor.joined(t.rows(1, count(t)), t.rows(0, 1));
    }

    /** The last row before all others. */
    static HostTensor lastToFirst(HostTensor t) {
        return HostTensor.joined(t.rows(count(t) - 1, count(t)), t.rows(0, count(t) - 1));
    }
}
