/**
 * The CUDA backend: the kernel families of {@link soma.tensor.spi.Backend}, each launching the
 * hand-written PTX of its file in {@code soma/cuda/ptx}, on whatever {@link
 * soma.cuda.driver.Driver} runs it.
 */
package soma.cuda;
