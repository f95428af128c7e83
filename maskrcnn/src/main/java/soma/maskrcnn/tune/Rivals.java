package soma.maskrcnn.tune;

import soma.maskrcnn.structures.Instances;

import java.util.Arrays;

/**
 * The better detections of the same class whose boxes meet a detection's: those that can suppress
 * it. Overlaps are those of {@code ensemble_boxes}: in double, of boxes divided by the image's
 * width and height and cut at its borders.
 *
 * @param indices of each detection
 * @param ious of each detection and rival, above 0
 */
record Rivals(int[][] indices, double[][] ious) {
    static Rivals of(Instances found) {
        int n = found.size();
        double[][] boxes = new double[n][4];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 4; k++) {
                double size = k % 2 == 0 ? found.width() : found.height();
                boxes[i][k] = Math.clamp(found.boxes()[4 * i + k] / size, 0.0, 1.0);
            }
        }
        int[][] indices = new int[n][];
        double[][] ious = new double[n][];
        int[] rivals = new int[n];
        double[] overlaps = new double[n];
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < i; j++) {
                double iou = found.classes()[i] == found.classes()[j] ? iou(boxes[i], boxes[j]) : 0;
                if (iou > 0) {
                    rivals[count] = j;
                    overlaps[count++] = iou;
                }
            }
            indices[i] = Arrays.copyOf(rivals, count);
            ious[i] = Arrays.copyOf(overlaps, count);
        }
        return new Rivals(indices, ious);
    }

    private static double iou(double[] a, double[] b) {
        double w = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
        double h = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
        double common = w * h;
        return common == 0 ? 0 : common / (area(a) + area(b) - common);
    }

    private static double area(double[] box) {
        return (box[2] - box[0]) * (box[3] - box[1]);
    }

    /** Whether a kept one overlaps detection {@code i} by more than {@code iou}. */
    boolean suppress(int i, boolean[] kept, double iou) {
        for (int k = 0; k < indices[i].length; k++) {
            if (ious[i][k] > iou && kept[indices[i][k]]) {
                return true;
            }
        }
        return false;
    }

    /** All overlaps, once each, ascending. */
    double[] distinct() {
        return Arrays.stream(ious).flatMapToDouble(Arrays::stream).sorted().distinct().toArray();
    }
}
