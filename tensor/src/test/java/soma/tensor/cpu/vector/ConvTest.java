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
import soma.tensor.spi.ConvGeometry;

import java.util.List;

class ConvTest {
    private static final int THREADS_BEFORE = Workers.threads();

    @AfterAll
    static void restore() {
        Workers.setThreads(THREADS_BEFORE);
    }

    static List<ConvGeometry> geometries() {
        return ConvCases.all();
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void allDirectionsAgreeWithTheDefinition(ConvGeometry g) {
        assertDoesNotThrow(() -> ConvCases.check(g));
    }

    @Test
    void anArrayThatIsTooShortIsReported() {
        ConvGeometry g = new ConvGeometry(1, 4, 4, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        float[] x = new float[32];
        float[] w = new float[54];
        float[] out = new float[48];
        assertReported("[1,4,4,2]", g, new float[31], w, out, Epilogue.NONE);
        assertReported("weights [3,3,2,3]", g, x, new float[53], out, Epilogue.NONE);
        assertReported("[1,4,4,3]", g, x, w, new float[47], Epilogue.NONE);
        assertReported("bias", g, x, w, out, Epilogue.bias(new float[3], 1));
    }

    private static void assertReported(
            String what, ConvGeometry g, float[] x, float[] w, float[] out, Epilogue epilogue) {
        ShapeException thrown =
                assertThrows(
                        ShapeException.class,
                        () -> ConvForward.run(g, x, 0, w, 0, out, 0, epilogue));
        assertTrue(thrown.getMessage().contains(what), thrown.getMessage());
    }
}
