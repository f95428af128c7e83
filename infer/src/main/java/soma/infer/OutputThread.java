package soma.infer;

import soma.tensor.SomaException;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writes the results of one image while the next is predicted; one at a time, in order. */
final class OutputThread implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("soma-write").factory());
    private Future<Void> pending;

    /**
     * Waits for the task before, then starts this one.
     *
     * @throws IOException when the task before has failed
     */
    void submit(Callable<Void> task) throws IOException {
        await();
        pending = thread.submit(task);
    }

    /**
     * Waits for the last task.
     *
     * @throws IOException when it has failed
     */
    void await() throws IOException {
        if (pending == null) {
            return;
        }
        try {
            pending.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SomaException("interrupted while writing results", e);
        } finally {
            pending = null;
        }
    }

    /** Lets the last task end. */
    @Override
    public void close() {
        thread.close();
    }
}
