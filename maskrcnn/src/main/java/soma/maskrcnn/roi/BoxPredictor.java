package soma.maskrcnn.roi;

import soma.nn.Init;
import soma.nn.Linear;
import soma.nn.Module;
import soma.tensor.Tensor;

/** Class scores and box deltas (detectron2's {@code FastRCNNOutputLayers}). */
final class BoxPredictor extends Module {
    private final Linear scores;
    private final Linear deltas;

    BoxPredictor(int features, int classes, boolean classAgnostic) {
        scores = child("cls_score", new Linear(features, classes + 1, Init.normal(0.01), false));
        int boxes = classAgnostic ? 1 : classes;
        deltas = child("bbox_pred", new Linear(features, 4 * boxes, Init.normal(0.001), false));
    }

    BoxPredictions forward(Tensor features) {
        return new BoxPredictions(scores.forward(features), deltas.forward(features));
    }
}
