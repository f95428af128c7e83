package soma.maskrcnn.rpn;

import soma.tensor.Tensor;

/**
 * Where one image may hold objects, by descending logit.
 *
 * @param boxes [p,4] in pixels of the network's input
 * @param logits [p] objectness
 */
public record Proposals(Tensor boxes, Tensor logits) {}
