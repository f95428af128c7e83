/** Reads PTX: what both drivers know of the kernels' files comes from here. */
package soma.cuda.ptx;
