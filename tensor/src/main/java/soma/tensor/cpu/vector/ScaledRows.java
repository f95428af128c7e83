package soma.tensor.cpu.vector;

import static soma.tensor.cpu.vector.VectorWidth.LANES;
import static soma.tensor.cpu.vector.VectorWidth.SPECIES;
import static soma.tensor.cpu.vector.VectorWidth.fma;

import jdk.incubator.vector.FloatVector;

/** The one loop that gradients of resampling are made of. */
final class ScaledRows {
    private ScaledRows() {}

    /** {@code to += factor * x} for n elements. */
    static void add(float[] x, int from, float factor, float[] to, int at, int n) {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        int k = 0;
        for (; k <= n - LANES; k += LANES) {
            fma(
                            FloatVector.fromArray(SPECIES, x, from + k),
                            f,
                            FloatVector.fromArray(SPECIES, to, at + k))
                    .intoArray(to, at + k);
        }
        for (; k < n; k++) {
            to[at + k] += factor * x[from + k];
        }
    }
}
