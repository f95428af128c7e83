package soma.maskrcnn.roi;

import soma.tensor.Tensor;

/**
 * What the box predictor says of RoIs.
 *
 * @param logits [r,K+1], background last
 * @param deltas [r,4K], class k in columns 4k to 4k+3; [r,4] if class-agnostic
 */
public record BoxPredictions(Tensor logits, Tensor deltas) {}
