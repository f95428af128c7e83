package soma.bench;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/** What code takes from the Java heap. */
final class HeapUse {
    private HeapUse() {}

    /** Bytes that all threads have allocated so far; 0 where the JVM does not count them. */
    static long ofAllThreads() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
                ? bean.getTotalThreadAllocatedBytes()
                : 0;
    }
}
