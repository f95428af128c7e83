package soma.maskrcnn.tune;

import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The masks of an image's detections after the steps that change each by itself, and which of them
 * share pixels.
 *
 * @param whole of each detection
 * @param better of each detection the better ones that share pixels with it, best first
 */
record Masks(List<Remainder> whole, int[][] better) {
    static Masks of(List<Rle> masks, List<Rle> truths, boolean fillHoles, boolean largestPart) {
        List<Rle> treated = new ArrayList<>(masks.size());
        for (Rle mask : masks) {
            Rle filled = fillHoles ? mask.fillHoles() : mask;
            treated.add(largestPart ? filled.largestPart() : filled);
        }
        int[][] better = new int[treated.size()][];
        for (int i = 0; i < better.length; i++) {
            Rle mask = treated.get(i);
            better[i] =
                    IntStream.range(0, i)
                            .filter(j -> mask.intersectionArea(treated.get(j)) > 0)
                            .toArray();
        }
        return new Masks(treated.stream().map(m -> new Remainder(m, truths)).toList(), better);
    }
}
