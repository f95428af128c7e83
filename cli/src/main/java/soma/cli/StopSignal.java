package soma.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets a command finish its step and save when the user presses Ctrl-C.
 *
 * <p>{@code try (StopSignal stop = new StopSignal()) { while (!stop.requested()) step(); save();
 * }}. The process ends as soon as it is closed, with {@link ExitStatus#INTERRUPTED}.
 */
public final class StopSignal implements AutoCloseable {
    private final AtomicBoolean requested = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::awaitClose, "soma-stop");

    /** Starts to listen. */
    public StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the work should end after the current step. */
    public boolean requested() {
        return requested.get();
    }

    /** Asks the work to end, as Ctrl-C does. */
    public void request() {
        requested.set(true);
    }

    @Override
    public void close() {
        closed.countDown();
        if (!requested()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                request(); // the shutdown began just now: the hook has nothing left to wait for
            }
        }
    }

    private void awaitClose() {
        request();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ends the wait, and so the process
        }
    }
}
