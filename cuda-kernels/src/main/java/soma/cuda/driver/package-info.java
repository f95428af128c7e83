/** The seam between Soma's CUDA backend and what runs its kernels. */
package soma.cuda.driver;
