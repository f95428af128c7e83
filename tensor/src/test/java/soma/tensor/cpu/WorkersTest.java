package soma.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

class WorkersTest {
    private final int threadsBefore = Workers.threads();

    @AfterEach
    void restore() {
        Workers.setThreads(threadsBefore);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyTaskRunsOnce(int threads) {
        Workers.setThreads(threads);
        assertEquals(threads, Workers.threads());
        for (int tasks : new int[] {0, 1, 2, 3, 1000}) {
            for (int repeat = 0; repeat < 20; repeat++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
                Workers.parallelFor(tasks, runs::incrementAndGet);
                int[] counts = new int[tasks];
                Arrays.setAll(counts, runs::get);
                int[] ones = new int[tasks];
                Arrays.fill(ones, 1);
                assertArrayEquals(ones, counts);
            }
        }
    }

    @Test
    void workersThatParkedWakeUp() throws InterruptedException {
        Workers.setThreads(2);
        AtomicIntegerArray runs = new AtomicIntegerArray(4);
        for (int repeat = 0; repeat < 5; repeat++) {
            Workers.parallelFor(4, runs::incrementAndGet);
            Thread.sleep(5);
        }
        assertEquals("[5, 5, 5, 5]", runs.toString());
    }

    @Test
    void nestedCallsRunInline() {
        Workers.setThreads(3);
        AtomicIntegerArray sameThread = new AtomicIntegerArray(8);
        Workers.parallelFor(
                8,
                outer -> {
                    Thread thread = Thread.currentThread();
                    Workers.parallelFor(
                            5,
                            inner -> {
                                if (Thread.currentThread() == thread) {
                                    sameThread.incrementAndGet(outer);
                                }
                            });
                });
        assertEquals("[5, 5, 5, 5, 5, 5, 5, 5]", sameThread.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void theExceptionOfATaskReachesTheCallerAndThePoolGoesOn(int threads) {
        Workers.setThreads(threads);
        IllegalStateException thrown = new IllegalStateException("task 7");
        for (int repeat = 0; repeat < 10; repeat++) {
            Throwable caught =
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    Workers.parallelFor(
                                            20,
                                            task -> {
                                                if (task == 7) {
                                                    throw thrown;
                                                }
                                            }));
            assertSame(thrown, caught);
        }
        AtomicIntegerArray runs = new AtomicIntegerArray(2);
        Workers.parallelFor(2, runs::incrementAndGet);
        assertEquals("[1, 1]", runs.toString());
    }

    @Test
    void aPoolNeedsAThread() {
        assertThrows(IllegalArgumentException.class, () -> Workers.setThreads(0));
    }
}
