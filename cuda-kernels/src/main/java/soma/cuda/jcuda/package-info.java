/**
 * Soma's kernels on an NVIDIA GPU: the driver API by JCuda, whose native code needs the driver's
 * {@code libcuda.so.1} and nothing of the CUDA toolkit.
 */
package soma.cuda.jcuda;
