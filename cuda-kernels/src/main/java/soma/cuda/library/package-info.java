/** NVIDIA's libraries, which may do a kernel's work where they are installed. */
package soma.cuda.library;
