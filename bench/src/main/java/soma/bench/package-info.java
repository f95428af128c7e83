/**
 * The {@code bench} command: kernels and whole steps, timed beside the machine's peak. Names of
 * rows and fields are a contract with programs that read {@code --json}.
 */
package soma.bench;
