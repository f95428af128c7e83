package soma.cuda.emulator;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One start of a kernel: what all its blocks share. */
final class Launch {
    private final int number;
    private final Geometry geometry;
    private final Arguments arguments;
    private final GlobalMemory global;
    private final Checks checks;
    private final long seed;
    private final Set<Integer> published = ConcurrentHashMap.newKeySet();

    /** Few kernels have fences; the others ask much of it. */
    private volatile boolean anyPublished;

    Launch(
            int number,
            Geometry geometry,
            Arguments arguments,
            GlobalMemory global,
            Checks checks,
            long seed) {
        this.number = number;
        this.geometry = geometry;
        this.arguments = arguments;
        this.global = global;
        this.checks = checks;
        this.seed = seed + number;
    }

    int number() {
        return number;
    }

    Geometry geometry() {
        return geometry;
    }

    Arguments arguments() {
        return arguments;
    }

    GlobalMemory global() {
        return global;
    }

    Checks checks() {
        return checks;
    }

    long seed() {
        return seed;
    }

    void publish(int block) {
        published.add(block);
        anyPublished = true;
    }

    boolean isPublished(int block) {
        return anyPublished && published.contains(block);
    }
}
