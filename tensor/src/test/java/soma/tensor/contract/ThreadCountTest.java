package soma.tensor.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

import soma.tensor.Device;
import soma.tensor.Functional;
import soma.tensor.Functional.ConvParams;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.cpu.Workers;

import java.util.List;
import java.util.function.Supplier;

/** The same bits for any number of threads. */
class ThreadCountTest {
    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        List<Supplier<Tensor>> kernels =
                List.of(
                        () ->
                                DeviceContract.gradients(
                                        x ->
                                                Functional.conv2d(
                                                        x[0], x[1], x[2], ConvParams.of(1, 1)),
                                        DeviceContract.tensor(1, 2, 23, 21, 16),
                                        DeviceContract.tensor(2, 3, 3, 16, 32),
                                        DeviceContract.tensor(3, 32)),
                        () ->
                                DeviceContract.gradients(
                                        x -> Functional.batchNorm(x[0], x[1], x[2], 1e-5).out(),
                                        DeviceContract.tensor(1, 2, 33, 31, 24),
                                        DeviceContract.tensor(2, 24),
                                        DeviceContract.tensor(3, 24)),
                        () ->
                                DeviceContract.gradients(
                                        x -> Functional.groupNorm(x[0], 8, x[1], x[2], 1e-5),
                                        DeviceContract.tensor(1, 2, 33, 31, 24),
                                        DeviceContract.tensor(2, 24),
                                        DeviceContract.tensor(3, 24)),
                        () ->
                                DeviceContract.gradients(
                                        x -> VisionContract.roiAlign(x, 50, 0, true),
                                        DeviceContract.tensor(1, 2, 25, 24, 70),
                                        DeviceContract.tensor(2, 2, 13, 12, 70)),
                        () ->
                                DeviceContract.gradients(
                                        x -> Functional.maxPool2d(x[0], 3, 2, 1),
                                        DeviceContract.tensor(1, 2, 31, 30, 40)),
                        () ->
                                DeviceContract.gradients(
                                        x -> Functional.bilinear(x[0], 40, 50),
                                        DeviceContract.tensor(1, 2, 31, 30, 70)),
                        () ->
                                DeviceContract.gradients(
                                        x -> x[0].matMul(x[1]),
                                        DeviceContract.tensor(1, 120, 500),
                                        DeviceContract.tensor(2, 500, 90)),
                        () ->
                                DeviceContract.gradients(
                                        x ->
                                                Functional.crossEntropy(
                                                        x[0], OpCases.labels(3001, 13)),
                                        DeviceContract.tensor(1, 3001, 13)),
                        () -> DeviceContract.tensor(1, 100_003).sum(),
                        () -> DeviceContract.tensor(1, 10_007, 19).sum(false, 0),
                        () -> VisionContract.match(9, 2500, true),
                        () -> VisionContract.nms(500, VisionContract.ints(3, 500, 3), 0.5));
        int before = Workers.threads();
        try {
            for (Supplier<Tensor> kernel : kernels) {
                float[][] results = new float[3][];
                for (int threads = 1; threads <= 3; threads++) {
                    Workers.setThreads(threads);
                    try (Scope _ = Scope.open("threads", Device.cpu())) {
                        results[threads - 1] = kernel.get().toFloats();
                    }
                }
                assertArrayEquals(results[0], results[1]);
                assertArrayEquals(results[0], results[2]);
            }
        } finally {
            Workers.setThreads(before);
        }
    }
}
