/** The training loop: steps, checkpoints, evaluation, divergence. */
package soma.train;
