package soma.tensor.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DType;
import soma.tensor.Tensor;
import soma.tensor.spi.ElementwiseKernels.Compare;

import java.util.function.Supplier;

/** Selection by index and sorting against the reference. */
abstract class IndexContract extends DeviceContract {
    @Test
    void selection() {
        Supplier<Tensor> index = () -> Tensor.of(new int[] {4, 0, 4, 2, 1, 4}, 6);
        agree(0, () -> tensor(1, 5, 3, 7).indexSelect(index.get()));
        agree(0, () -> tensor(1, 5).indexSelect(index.get()));
        agree(0, () -> tensor(1, 5, 4).to(DType.INT32).indexSelect(index.get()));
        agree(1e-7, () -> tensor(1, 5, 19).indexAdd(index.get(), tensor(2, 6, 19)));
        agree(0, () -> tensor(1, 2, 5).gather(index.get().reshape(2, 3)));
        agree(1e-7, () -> tensor(1, 2, 5).scatterAdd(index.get().reshape(2, 3), tensor(2, 2, 3)));
        agree(0, () -> tensor(1, 40_009).compare(Compare.GT, 1).nonZero());
        agree(0, () -> tensor(1, 0).compare(Compare.GT, 1).nonZero());
        agree(0, () -> tensor(1, 0, 4).indexSelect(Tensor.of(new int[0], 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 17, 1000, 20_011})
    void sortingIsStable(int n) {
        agree(0, () -> tensor(1, 2, n).mul(3).floor().argsort(true));
        agree(0, () -> tensor(1, 2, n).argsort(false));
        agree(0, () -> tensor(1, 3, n).mul(20).floor().topk(Math.min(n, 1999)));
        agree(0, () -> someNaN(n).argsort(true));
        agree(0, () -> someNaN(n).argsort(false));
        agree(0, () -> tensor(1, n).mul(0).mul(tensor(2, n)).argsort(true)); // 0 and -0
    }

    /** Made on the host: devices round functions differently, and so would order close values. */
    private static Tensor someNaN(int n) {
        float[] values = random(n, 1);
        for (int i = 0; i < n; i++) {
            values[i] = (float) Math.sqrt(values[i]);
        }
        return Tensor.of(values, n);
    }

    @Test
    void beyondOneGridDimension() {
        int n = BEYOND_GRID;
        Supplier<Tensor> rows = () -> VisionContract.ints(1, n, 3);
        agree(0, () -> tensor(1, 3, 2).indexSelect(rows.get()));
        // Small whole numbers: their sums are exact.
        agree(0, () -> Tensor.zeros(3, 2).indexAdd(rows.get(), tensor(2, n, 2).floor()));
        agree(0, () -> tensor(1, n, 3).gather(rows.get().reshape(n, 1)));
        agree(1e-7, () -> tensor(1, n, 3).scatterAdd(rows.get().reshape(n, 1), tensor(2, n, 1)));
        agree(0, () -> tensor(1, n, 2).argsort(true));
    }
}
