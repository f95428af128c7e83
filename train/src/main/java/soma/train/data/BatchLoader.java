package soma.train.data;

import soma.tensor.SomaException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Maps batches on background threads, a few ahead of the training loop, and gives them in order. A
 * failure is thrown by {@link #next} when its batch is due.
 */
public final class BatchLoader implements AutoCloseable {
    private final BatchSampler sampler;
    private final TrainingMapper mapper;
    private final ExecutorService threads;
    private final Queue<List<Future<TrainingExample>>> ahead = new ArrayDeque<>();

    /**
     * Starts loading.
     *
     * @param sampler used by this loader alone from now on
     * @param threads at least 1
     * @param batchesAhead mapped, or being mapped, before they are asked for; at least 1
     */
    public BatchLoader(BatchSampler sampler, TrainingMapper mapper, int threads, int batchesAhead) {
        this.sampler = sampler;
        this.mapper = mapper;
        this.threads =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().name("soma-loader-", 0).daemon().factory());
        for (int i = 0; i < batchesAhead; i++) {
            submit();
        }
    }

    private void submit() {
        ahead.add(
                sampler.next().stream()
                        .map(p -> threads.submit(() -> mapper.map(p.image(), p.position())))
                        .toList());
    }

    /**
     * The next batch; waits until it is mapped.
     *
     * @throws SomaException naming the file that can't be read
     */
    public List<TrainingExample> next() {
        List<Future<TrainingExample>> due = ahead.remove();
        submit();
        List<TrainingExample> batch = new ArrayList<>();
        for (Future<TrainingExample> example : due) {
            batch.add(result(example));
        }
        return batch;
    }

    private static TrainingExample result(Future<TrainingExample> example) {
        try {
            return example.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SomaException("loading images was interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                // With the trace of this thread, where it matters; the cause keeps the other.
                case SomaException s -> throw new SomaException(s.getMessage(), s);
                case Error error -> throw error;
                default -> throw new IllegalStateException("an image could not be mapped", e);
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
