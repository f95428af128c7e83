package soma.tensor.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import soma.tensor.ShapeException;
import soma.tensor.cpu.Workers;

import java.util.List;

class SgemmTest {
    private static final int THREADS_BEFORE = Workers.threads();

    @AfterAll
    static void restore() {
        Workers.setThreads(THREADS_BEFORE);
    }

    static List<SgemmCases.Case> cases() {
        return SgemmCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithDoubleLoops(SgemmCases.Case product) {
        assertDoesNotThrow(product::check);
    }

    @Test
    void anOperandThatDoesNotFitIsNamed() {
        float[] ok = new float[6];
        float[] tooSmall = new float[5];
        assertNamed("A", tooSmall, ok, ok);
        assertNamed("B", ok, tooSmall, ok);
        assertNamed("C", ok, ok, new float[3]);
    }

    private static void assertNamed(String name, float[] a, float[] b, float[] c) {
        ShapeException thrown =
                assertThrows(
                        ShapeException.class,
                        () ->
                                Sgemm.multiply(
                                        false,
                                        false,
                                        2,
                                        2,
                                        3,
                                        a,
                                        0,
                                        3,
                                        b,
                                        0,
                                        2,
                                        false,
                                        c,
                                        0,
                                        2,
                                        Epilogue.NONE));
        assertTrue(thrown.getMessage().startsWith("sgemm: " + name + ":"), thrown.getMessage());
    }
}
