package soma.tensor.cpu;

import soma.tensor.SomaException;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The fixed pool of daemon threads that the CPU kernels share.
 *
 * <p>Work comes as numbered tasks; which thread runs which task is left open, so a kernel whose
 * tasks write disjoint parts of its output gives the same result for any number of threads. The
 * thread that calls {@link #parallelFor} takes part; a call from inside a task, or while another
 * thread uses the pool, runs in the calling thread alone.
 *
 * <p>The number of threads is that of the machine, unless the system property {@code soma.threads}
 * or {@link #setThreads} says otherwise.
 */
public final class Workers {
    /** Busy-waiting rounds before a thread parks: some tens of microseconds. */
    private static final int SPINS = 1000;

    private static volatile Pool pool = new Pool(initialThreads());

    private Workers() {}

    /** Number of threads that take part in {@link #parallelFor}, the caller included. */
    public static int threads() {
        return pool.workers.length + 1;
    }

    /**
     * Replaces the pool by one of {@code threads} threads, the caller included.
     *
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public static synchronized void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
        }
        if (threads == threads()) {
            return;
        }
        Pool old = pool;
        pool = new Pool(threads);
        old.stop();
    }

    /**
     * Runs {@code body} for every task number from 0 to {@code tasks - 1}, and returns when all are
     * done.
     *
     * <p>If a task throws, tasks that have not begun are dropped and the first exception is thrown
     * here.
     */
    public static void parallelFor(int tasks, IntConsumer body) {
        Pool current = pool;
        if (tasks <= 1 || current.workers.length == 0 || !current.busy.compareAndSet(false, true)) {
            for (int task = 0; task < tasks; task++) {
                body.accept(task);
            }
            return;
        }
        Job job = new Job(tasks, body);
        try {
            current.start(job);
            job.work();
            job.await();
        } finally {
            job.body = null;
            current.busy.set(false);
        }
        job.rethrow();
    }

    private static int initialThreads() {
        String value = System.getProperty("soma.threads");
        if (value == null || value.isBlank()) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(value.strip());
            if (threads >= 1) {
                return threads;
            }
        } catch (NumberFormatException e) {
            throw new SomaException("soma.threads: expected a positive integer, got " + value, e);
        }
        throw new SomaException("soma.threads: expected a positive integer, got " + value);
    }

    /** A set of workers and the job they look at. */
    private static final class Pool {
        final Worker[] workers;
        final AtomicBoolean busy = new AtomicBoolean();
        volatile Job job;
        volatile boolean stopped;

        Pool(int threads) {
            workers = new Worker[threads - 1];
            for (int i = 0; i < workers.length; i++) {
                workers[i] = new Worker(this, i + 1);
                workers[i].start();
            }
        }

        void start(Job next) {
            job = next;
            int wanted = Math.min(workers.length, next.tasks - 1);
            for (int i = 0; i < wanted; i++) {
                if (workers[i].parked) {
                    LockSupport.unpark(workers[i]);
                }
            }
        }

        void stop() {
            stopped = true;
            for (Worker worker : workers) {
                LockSupport.unpark(worker);
            }
        }
    }

    /** Waits for the next job, at first busily and then parked. */
    private static final class Worker extends Thread {
        private final Pool owner;
        volatile boolean parked;

        Worker(Pool owner, int number) {
            super("soma-worker-" + number);
            this.owner = owner;
            setDaemon(true);
        }

        @Override
        public void run() {
            Job seen = null;
            int spins = 0;
            while (!owner.stopped) {
                Job job = owner.job;
                if (job != seen) {
                    seen = job;
                    job.work();
                    spins = 0;
                } else if (spins < SPINS) {
                    spins++;
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (owner.job == seen && !owner.stopped) {
                        LockSupport.park(owner);
                    }
                    parked = false;
                }
            }
        }
    }

    /**
     * One call of {@link #parallelFor}. A late worker finds no task number left and never sees the
     * body.
     */
    private static final class Job {
        final int tasks;
        final Thread caller = Thread.currentThread();
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        volatile boolean callerParked;
        IntConsumer body;

        Job(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
        }

        void work() {
            while (next.get() < tasks) {
                int task = next.getAndIncrement();
                if (task >= tasks) {
                    return;
                }
                runTask(task);
                if (done.incrementAndGet() == tasks && callerParked) {
                    LockSupport.unpark(caller);
                }
            }
        }

        private void runTask(int task) {
            if (failure.get() != null) {
                return;
            }
            try {
                body.accept(task);
            } catch (Throwable e) { // handed to the caller by rethrow()
                failure.compareAndSet(null, e);
            }
        }

        void await() {
            for (int spins = 0; spins < SPINS; spins++) {
                if (done.get() == tasks) {
                    return;
                }
                Thread.onSpinWait();
            }
            callerParked = true;
            boolean interrupted = false;
            while (done.get() != tasks) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                caller.interrupt();
            }
        }

        void rethrow() {
            Throwable e = failure.get();
            if (e instanceof RuntimeException runtime) {
                throw runtime;
            }
            if (e instanceof Error error) {
                throw error;
            }
            if (e != null) {
                throw new IllegalStateException("a task threw a checked exception", e);
            }
        }
    }
}
