package soma.maskrcnn.model;

import soma.maskrcnn.augment.ResizeShortestEdge;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.Flavour;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.roi.Detections;
import soma.maskrcnn.roi.TorchvisionPaste;
import soma.maskrcnn.structures.Instances;
import soma.tensor.Device;
import soma.tensor.Images;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.List;

/**
 * From a decoded image to its objects at the image's own size (detectron2's {@code
 * DefaultPredictor}): resize, normalise, detect, paste. One scope per image, so memory stays level.
 */
public final class Detector {
    /** A pixel belongs to an object where its probability is at least this. */
    static final double MASK_THRESHOLD = 0.5;

    private final MaskRcnn model;
    private final InputConfig input;
    private final boolean torchvision;
    private final Device device;

    /** A detector of an initialised model. */
    public Detector(MaskRcnn model, Config config, Device device) {
        this.model = model;
        this.input = InputConfig.from(config);
        this.torchvision = Flavour.isTorchvision(config);
        this.device = device;
    }

    /**
     * Finds the objects of one image.
     *
     * @param image B, G, R
     */
    public Instances detect(Image8 image) {
        return detect(image, Trace.NONE);
    }

    /** Like {@link #detect(Image8)}, showing intermediates. */
    public Instances detect(Image8 image, Trace trace) {
        try (Scope _ = Scope.open("image", device)) {
            Detections found = model.detect(batch(image), trace).getFirst();
            int height = image.height();
            int width = image.width();
            return torchvision
                    ? TorchvisionPaste.postprocess(found, height, width, MASK_THRESHOLD)
                    : found.postprocess(height, width, MASK_THRESHOLD);
        }
    }

    private ImageBatch batch(Image8 image) {
        if (!torchvision || !input.resizesTest()) {
            return model.batchOf(List.of(prepare(image)));
        }
        double scale =
                Math.min(
                        (double) input.minSizeTest() / Math.min(image.height(), image.width()),
                        (double) input.maxSizeTest() / Math.max(image.height(), image.width()));
        ImageSize size =
                new ImageSize(
                        Math.max(1, (int) (image.height() * scale)),
                        Math.max(1, (int) (image.width() * scale)));
        return model.batch(List.of(ordered(image)), List.of(size));
    }

    private Image8 ordered(Image8 image) {
        return input.format() == InputConfig.ChannelOrder.RGB ? image.reverseChannels() : image;
    }

    /**
     * The image as detectron2's network sees it before normalisation: channel order and size.
     * (torchvision's resizes what is normalised already.)
     *
     * @return UINT8 [h,w,3] in the current scope
     */
    public Tensor prepare(Image8 image) {
        Tensor pixels = ordered(image).toTensor();
        if (!input.resizesTest()) {
            return pixels;
        }
        ImageSize size = new ImageSize(image.height(), image.width());
        ImageSize target =
                ResizeShortestEdge.outputSize(size, input.minSizeTest(), input.maxSizeTest());
        return Images.resize(pixels, target.height(), target.width());
    }
}
