package soma.maskrcnn.roi;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskBounds;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.MaskWindow;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Detections in an output of another size as torchvision gives them ({@code resize_boxes}, {@code
 * paste_masks_in_image} of 0.28, {@link MaskPaste#TORCHVISION}). Boxes are neither clipped nor
 * dropped.
 */
public final class TorchvisionPaste {
    private TorchvisionPaste() {}

    /**
     * Boxes and masks at the output's size.
     *
     * @param threshold a pixel belongs to the mask where its value is greater
     */
    public static Instances postprocess(
            Detections d, int outHeight, int outWidth, double threshold) {
        float sx = (float) outWidth / d.width();
        float sy = (float) outHeight / d.height();
        float[] boxes = d.boxes().toFloats();
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] *= i % 2 == 0 ? sx : sy;
        }
        MaskProbabilities probabilities =
                new MaskProbabilities(
                        d.masks().dim(1), d.masks().toFloats(), MaskPaste.TORCHVISION);
        List<Rle> pasted = new ArrayList<>();
        for (int i = 0; i < d.size(); i++) {
            float[] box = Arrays.copyOfRange(boxes, 4 * i, 4 * i + 4);
            MaskWindow window = probabilities.window(i, box, outHeight, outWidth);
            pasted.add(mask(window, (float) threshold, outHeight, outWidth));
        }
        return new Instances(
                outHeight,
                outWidth,
                boxes,
                d.scores().toFloats(),
                d.classes().toInts(),
                pasted,
                probabilities);
    }

    private static Rle mask(MaskWindow window, float threshold, int height, int width) {
        byte[] set = new byte[window.values().length];
        for (int i = 0; i < set.length; i++) {
            set[i] = (byte) (window.values()[i] > threshold ? 1 : 0);
        }
        MaskBounds b = window.bounds();
        return Rle.encodeWindow(height, width, set, b.x0(), b.y0(), b.height(), b.width());
    }
}
