/** Finds the devices that run Soma's CUDA kernels, for {@link soma.tensor.Device}. */
package soma.cuda.provider;
