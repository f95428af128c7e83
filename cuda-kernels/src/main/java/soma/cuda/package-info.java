/**
 * The place of the CUDA backend.
 *
 * <p>Here come the hand-written PTX kernels, the driver behind them (context, streams, memory), the
 * bindings of cuBLAS and cuDNN where they are installed, and the emulator that runs the very same
 * PTX on a machine without a GPU. The backend implements {@code soma.tensor.spi} and is found by
 * {@link java.util.ServiceLoader}: no other module names these packages.
 */
package soma.cuda;
