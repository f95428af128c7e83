package soma.bench;

import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.roi.Detections;
import soma.tensor.Device;
import soma.tensor.OpObserver;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.List;
import java.util.function.Consumer;

/**
 * From prepared images to pasted masks, with a lap for each part. What no part has is the
 * normalisation of the pixels and the closing of scopes.
 */
final class InferenceStep implements Consumer<Laps> {
    private static final double MASK_THRESHOLD = 0.5;

    private final MaskRcnn model;
    private final List<Tensor> images;
    private final List<ImageSize> outputs;
    private final Device device;
    private int detections;

    /**
     * Of one batch.
     *
     * @param images as the network takes them, UINT8 [h,w,3] on the device
     * @param outputs size at which the masks of each are wanted
     */
    InferenceStep(MaskRcnn model, List<Tensor> images, List<ImageSize> outputs, Device device) {
        this.model = model;
        this.images = images;
        this.outputs = outputs;
        this.device = device;
    }

    /** Objects found in the last run. */
    int detections() {
        return detections;
    }

    @Override
    public void accept(Laps laps) {
        Stages stages = new Stages(laps);
        detections = 0;
        try (Scope _ = Scope.open("images", device);
                var _ = OpObserver.observe(stages)) {
            ImageBatch batch = model.batchOf(images);
            List<Detections> found = model.detect(batch, stages);
            laps.lap("infer.mask");
            for (int i = 0; i < found.size(); i++) {
                ImageSize size = outputs.get(i);
                detections +=
                        found.get(i)
                                .postprocess(size.height(), size.width(), MASK_THRESHOLD)
                                .size();
            }
            laps.lap("infer.paste");
        }
    }

    /** Ends a part when the first tensor that belongs to the next one, or its last own, is seen. */
    private static final class Stages implements Trace, OpObserver {
        private final Laps laps;
        private boolean boxesDone;

        Stages(Laps laps) {
            this.laps = laps;
        }

        @Override
        public void seen(String name, Tensor value) {
            switch (name) {
                case "input" -> laps.mark();
                case "stem", "res2", "res3", "res4", "res5" -> laps.lap("infer.backbone");
                case "p2", "p3", "p4", "p5", "p6" -> laps.lap("infer.fpn");
                case "proposals.boxes" -> laps.lap("infer.rpn");
                case "box.deltas" -> {
                    laps.lap("infer.box");
                    boxesDone = true;
                }
                default -> {}
            }
        }

        @Override
        public void made(String op, Tensor result) {
            if (boxesDone) {
                if (op.equals("roi_align")) {
                    boxesDone = false; // of the mask head
                } else {
                    laps.lap("infer.box");
                }
            }
        }
    }
}
