/**
 * Optimisers, gradient clipping and learning-rate schedules, as PyTorch and detectron2 have them.
 */
package soma.nn.optim;
