package soma.maskrcnn.structures;

import soma.tensor.SomaException;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Splits a label image (one number per object, 0 for background) into masks. */
public final class LabelMasks {
    private LabelMasks() {}

    /**
     * Returns the mask of every label that occurs, by ascending label.
     *
     * @param labels row-major, {@code height * width} values
     */
    public static SortedMap<Integer, Rle> split(int[] labels, int height, int width) {
        if (labels.length != Rle.pixels(height, width)) {
            throw new SomaException(
                    "label image: expected "
                            + height
                            + " x "
                            + width
                            + " pixels, got "
                            + labels.length);
        }
        Map<Integer, RunBuilder> runs = new HashMap<>();
        for (int x = 0; x < width; x++) {
            int start = 0;
            for (int y = 1; y <= height; y++) {
                int label = labels[start * width + x];
                if (y < height && labels[y * width + x] == label) {
                    continue;
                }
                if (label != 0) {
                    runs.computeIfAbsent(label, key -> new RunBuilder())
                            .add(x * height + start, x * height + y);
                }
                start = y;
            }
        }
        SortedMap<Integer, Rle> masks = new TreeMap<>();
        runs.forEach((label, builder) -> masks.put(label, builder.build(height, width)));
        return masks;
    }
}
