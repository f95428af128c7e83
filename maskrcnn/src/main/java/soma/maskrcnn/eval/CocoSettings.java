package soma.maskrcnn.eval;

import soma.tensor.SomaException;

import java.util.Arrays;

/**
 * What may differ between COCO evaluations.
 *
 * @param maxDets three ascending numbers of detections per image and class
 * @param apAtLast whether AP is taken at the last of {@code maxDets} (detectron2 {@code
 *     COCOevalMaxDets}), not at 100 (pycocotools, which gives -1 when 100 isn't among them)
 * @param boxAreas whether a mask's size is its box's, as pycocotools has it when results keep their
 *     {@code bbox}; detectron2 takes the mask's pixels
 */
public record CocoSettings(int[] maxDets, boolean apAtLast, boolean boxAreas) {
    /** COCO's own: 1, 10 and 100 detections, areas of the masks. */
    public static final CocoSettings DEFAULT =
            new CocoSettings(new int[] {1, 10, 100}, false, false);

    /** Checks and copies the numbers. */
    public CocoSettings {
        boolean ascending = maxDets.length == 3 && maxDets[0] > 0;
        for (int i = 1; i < maxDets.length; i++) {
            ascending &= maxDets[i] > maxDets[i - 1];
        }
        if (!ascending) {
            throw new SomaException(
                    "maxDets: expected three ascending numbers above 0, got "
                            + Arrays.toString(maxDets));
        }
        maxDets = maxDets.clone();
    }

    /** Place of 100 in {@link #maxDets()}, where pycocotools takes AP; -1 when it isn't there. */
    int indexOf100() {
        for (int m = 0; m < maxDets.length; m++) {
            if (maxDets[m] == 100) {
                return m;
            }
        }
        return -1;
    }

    /** Whether there is an AP at all. */
    public boolean givesAp() {
        return apAtLast || indexOf100() >= 0;
    }

    /**
     * Returns pycocotools' rule for three numbers given as its {@code params.maxDets}: AP at 100,
     * -1 when 100 isn't among them.
     */
    public static CocoSettings at(int first, int second, int last) {
        return new CocoSettings(new int[] {first, second, last}, false, false);
    }

    /**
     * Returns detectron2's rule for up to {@code limit} detections per image: AP at the last of
     * {@code maxDets}.
     */
    public static CocoSettings upTo(int limit) {
        return limit == 100 ? DEFAULT : new CocoSettings(new int[] {1, 10, limit}, true, false);
    }
}
