package soma.tensor;

import java.util.Locale;

/**
 * Sees every result as it is made: for tracing, timing by op, and finding where numbers first go
 * wrong.
 */
@FunctionalInterface
public interface OpObserver {
    /** Called on the computing thread; {@code op} is the primitive's name in lower case. */
    void made(String op, Tensor result);

    /**
     * Installs an observer on this thread until the result is closed, when the former one returns.
     */
    static Registration observe(OpObserver observer) {
        OpObserver before = Holder.CURRENT.get();
        Holder.CURRENT.set(observer);
        return () -> Holder.CURRENT.set(before);
    }

    /** Tells this thread's observer, if there is one. */
    static void notify(String op, Tensor result) {
        OpObserver observer = Holder.CURRENT.get();
        if (observer != null) {
            observer.made(op.toLowerCase(Locale.ROOT), result);
        }
    }

    /** Ends an observation. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** The observer of each thread. */
    final class Holder {
        private static final ThreadLocal<OpObserver> CURRENT = new ThreadLocal<>();

        private Holder() {}
    }
}
