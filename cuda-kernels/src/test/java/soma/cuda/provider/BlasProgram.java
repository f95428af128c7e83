package soma.cuda.provider;

import soma.cuda.jcuda.NvidiaDriver;
import soma.cuda.library.Blas;
import soma.tensor.DeviceException;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Multiplies by a library in every form and prints what came of it; see {@link BlasChoiceTest}. */
final class BlasProgram {
    private BlasProgram() {}

    /** Prints one line per fact. */
    public static void main(String[] args) {
        try (NvidiaDriver driver = new NvidiaDriver(0)) {
            BlasChoice choice = BlasChoice.configured();
            say("choice", choice);
            say("before", choice.describe());
            Optional<Blas> blas = choice.open(driver);
            say("opened", blas.map(Blas::description).orElse("none"));
            if (blas.isPresent()) {
                say("largest error", largestError(driver, blas.get()));
                blas.get().gemm(0, false, 0, false, 0, 0x4000_0000, 0x4000_0000, -1, 0);
            }
        } catch (DeviceException e) {
            say("failed", e.getMessage());
        }
    }

    private static double largestError(NvidiaDriver driver, Blas blas) {
        double worst = 0;
        for (int form = 0; form < 8; form++) {
            worst = Math.max(worst, error(driver, blas, form));
        }
        return worst;
    }

    private static double error(NvidiaDriver driver, Blas blas, int form) {
        int m = 3;
        int n = 5;
        int k = 7;
        boolean transposeA = (form & 1) != 0;
        boolean transposeB = (form & 2) != 0;
        int beta = form >> 2;
        float[] a = values(m * k, 1);
        float[] b = values(k * n, 2);
        float[] out = values(m * n, 3);
        float[] before = out.clone();
        long[] at = {upload(driver, a), upload(driver, b), upload(driver, out)};
        blas.gemm(at[0], transposeA, at[1], transposeB, at[2], m, n, k, beta);
        driver.download(at[2], MemorySegment.ofArray(out));
        double worst = 0;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = beta * before[i * n + j];
                for (int l = 0; l < k; l++) {
                    sum +=
                            (double) a[transposeA ? l * m + i : i * k + l]
                                    * b[transposeB ? j * k + l : l * n + j];
                }
                worst = Math.max(worst, Math.abs(sum - out[i * n + j]));
            }
        }
        return worst;
    }

    private static long upload(NvidiaDriver driver, float[] values) {
        long address = driver.allocate(4L * values.length);
        driver.upload(MemorySegment.ofArray(values), address);
        return address;
    }

    /** Small whole numbers, whose products and sums are exact. */
    private static float[] values(int count, int seed) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 7 + seed * 5) % 11 - 5;
        }
        return values;
    }

    private static void say(String what, Object value) {
        System.out.println(what + ": " + value);
    }
}
