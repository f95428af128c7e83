package soma.cuda;

import soma.cuda.driver.Driver;
import soma.cuda.library.Blas;
import soma.tensor.spi.Precision;

import java.lang.foreign.MemorySegment;

/** Multiplies on the host what lies on a device: stands for cuBLAS where kernels are emulated. */
final class HostBlas implements Blas {
    private final Driver driver;
    private int calls;
    private Precision precision = Precision.FLOAT32;

    HostBlas(Driver driver) {
        this.driver = driver;
    }

    /** How often it was called. */
    int calls() {
        return calls;
    }

    @Override
    public String description() {
        return "the host";
    }

    /** What it was last asked to multiply in; it always takes float64. */
    Precision precision() {
        return precision;
    }

    @Override
    public void precision(Precision wanted) {
        precision = wanted;
    }

    @Override
    public void gemm(
            long a,
            boolean transposeA,
            long b,
            boolean transposeB,
            long out,
            int m,
            int n,
            int k,
            float beta) {
        calls++;
        float[] left = download(a, m * k);
        float[] right = download(b, k * n);
        // What is to be overwritten may never have been written, which the emulator notices.
        float[] result = beta == 0 ? new float[m * n] : download(out, m * n);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = beta * result[i * n + j];
                for (int l = 0; l < k; l++) {
                    sum +=
                            (double) left[transposeA ? l * m + i : i * k + l]
                                    * right[transposeB ? j * k + l : l * n + j];
                }
                result[i * n + j] = (float) sum;
            }
        }
        driver.upload(MemorySegment.ofArray(result), out);
    }

    private float[] download(long address, int count) {
        float[] values = new float[count];
        driver.download(address, MemorySegment.ofArray(values));
        return values;
    }
}
