package soma.cuda.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.cuda.driver.ArgumentType;
import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;

import java.util.List;

class LaunchLogTest {
    private final LaunchLog log = new LaunchLog();

    private record Entry(String name, List<Parameter> parameters) implements Kernel {}

    private void launch(String name, int value) {
        Kernel kernel = new Entry(name, List.of(new Kernel.Parameter("n", ArgumentType.U32)));
        log.add(kernel, Geometry.of(2, 64), new Arguments().u32(value));
    }

    private static String line(String name, int value) {
        return "kernel " + name + " grid (2, 1, 1) block (64, 1, 1) shared 0 (n=" + value + ")";
    }

    @Test
    void namesTheOneKernelThatRan() {
        launch("add_f32", 3);

        assertEquals("in " + line("add_f32", 3), log.suspects());
    }

    @Test
    void namesTheNewestOfMany() {
        for (int i = 0; i < 10; i++) {
            launch("k" + i, i);
        }

        assertEquals(
                "in one of the last 10 launches (-Dsoma.cuda.sync=true tells which); the newest are"
                        + " "
                        + String.join(
                                ", then ",
                                line("k9", 9),
                                line("k8", 8),
                                line("k7", 7),
                                line("k6", 6)),
                log.suspects());
    }

    @Test
    void namesCallsOfLibrariesAmongTheKernels() {
        launch("add_f32", 3);
        log.add("cublasGemmEx", "[2, 3] x [3, 4]");

        assertEquals(
                "in one of the last 2 launches (-Dsoma.cuda.sync=true tells which); the newest are "
                        + "cublasGemmEx of [2, 3] x [3, 4], then "
                        + line("add_f32", 3),
                log.suspects());
    }

    @Test
    void forgetsWhatWasWaitedFor() {
        launch("old", 1);
        log.clear();
        assertEquals("nothing was running", log.suspects());

        launch("new", 2);
        assertEquals("in " + line("new", 2), log.suspects());
    }
}
