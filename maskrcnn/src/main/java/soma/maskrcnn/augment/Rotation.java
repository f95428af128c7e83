package soma.maskrcnn.augment;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.MaskBounds;
import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.structures.RunBuilder;

import java.util.Arrays;

/**
 * Turns an image counterclockwise about its centre and keeps its size, so that corners leave and
 * others come in (detectron2 {@code RotationTransform} without {@code expand}).
 *
 * <p>A pixel takes what lies where its centre came from: images bilinearly between the four nearest
 * pixels, masks from the pixel that holds the point. What comes from outside is {@code fill}, or
 * background.
 *
 * @param inputSize size of the image
 * @param degrees angle, any number
 * @param fill value of the pixels outside the image, 0 to 255
 */
public record Rotation(ImageSize inputSize, double degrees, int fill) implements Transform {
    /** Checks the angle and the value. */
    public Rotation {
        if (!Double.isFinite(degrees) || fill < 0 || fill > 255) {
            throw new IllegalArgumentException(
                    "Rotation: expected a finite angle and a fill of 0 to 255, got "
                            + degrees
                            + ", "
                            + fill);
        }
    }

    @Override
    public ImageSize outputSize() {
        return inputSize;
    }

    @Override
    public Image8 applyImage(Image8 image) {
        SizeCheck.require("Rotation", inputSize, image);
        int height = image.height();
        int width = image.width();
        int channels = image.channels();
        byte[] from = image.pixels();
        byte[] to = new byte[from.length];
        Arrays.fill(to, (byte) fill);
        Source source = new Source();
        for (int y = 0, o = 0; y < height; y++) {
            for (int x = 0; x < width; x++, o += channels) {
                double u = source.x(x, y) - 0.5;
                double v = source.y(x, y) - 0.5;
                int left = (int) Math.floor(u);
                int top = (int) Math.floor(v);
                if (left < -1 || left >= width || top < -1 || top >= height) {
                    continue;
                }
                double right = u - left;
                double down = v - top;
                boolean inside = left >= 0 && left + 1 < width && top >= 0 && top + 1 < height;
                int at = (top * width + left) * channels;
                for (int c = 0; c < channels; c++) {
                    int nw;
                    int ne;
                    int sw;
                    int se;
                    if (inside) {
                        int i = at + c;
                        nw = from[i] & 0xff;
                        ne = from[i + channels] & 0xff;
                        sw = from[i + width * channels] & 0xff;
                        se = from[i + (width + 1) * channels] & 0xff;
                    } else {
                        nw = sampleOrFill(image, top, left, c);
                        ne = sampleOrFill(image, top, left + 1, c);
                        sw = sampleOrFill(image, top + 1, left, c);
                        se = sampleOrFill(image, top + 1, left + 1, c);
                    }
                    double upper = nw + right * (ne - nw);
                    double lower = sw + right * (se - sw);
                    to[o + c] = (byte) (upper + down * (lower - upper) + 0.5);
                }
            }
        }
        return new Image8(height, width, channels, to);
    }

    private int sampleOrFill(Image8 image, int y, int x, int c) {
        boolean inside = y >= 0 && y < image.height() && x >= 0 && x < image.width();
        return inside ? image.sample(y, x, c) : fill;
    }

    @Override
    public Rle applyMask(Rle mask) {
        SizeCheck.require("Rotation", inputSize, mask);
        MaskBounds bounds = mask.bounds();
        byte[] window =
                mask.decodeWindow(bounds.x0(), bounds.y0(), bounds.height(), bounds.width());
        double[] around =
                applyBoxesClipped(
                        new double[] {bounds.x0(), bounds.y0(), bounds.x1(), bounds.y1()});
        int height = inputSize.height();
        Source source = new Source();
        RunBuilder runs = new RunBuilder();
        for (int x = (int) around[0]; x < Math.ceil(around[2]); x++) {
            for (int y = (int) around[1]; y < Math.ceil(around[3]); y++) {
                int u = (int) Math.floor(source.x(x, y)) - bounds.x0();
                int v = (int) Math.floor(source.y(x, y)) - bounds.y0();
                boolean inside = u >= 0 && u < bounds.width() && v >= 0 && v < bounds.height();
                if (inside && window[v * bounds.width() + u] != 0) {
                    runs.add(x * height + y, x * height + y + 1);
                }
            }
        }
        return runs.build(height, inputSize.width());
    }

    @Override
    public double[] applyPoints(double[] points) {
        double cos = cos();
        double sin = sin();
        double centerX = inputSize.width() / 2.0;
        double centerY = inputSize.height() / 2.0;
        double[] mapped = new double[points.length];
        for (int i = 0; i < points.length; i += 2) {
            double x = points[i] - centerX;
            double y = points[i + 1] - centerY;
            mapped[i] = centerX + cos * x + sin * y;
            mapped[i + 1] = centerY - sin * x + cos * y;
        }
        return mapped;
    }

    /** Maps the points and cuts off what has left the image. */
    @Override
    public Polygons applyPolygons(Polygons polygons) {
        return Transform.super.applyPolygons(polygons).clip(inputSize.width(), inputSize.height());
    }

    @Override
    public Rotation inverse() {
        return new Rotation(inputSize, -degrees, fill);
    }

    private double cos() {
        return Math.cos(Math.toRadians(degrees));
    }

    private double sin() {
        return Math.sin(Math.toRadians(degrees));
    }

    /** Where the centre of an output pixel comes from. */
    private final class Source {
        private final double cos = cos();
        private final double sin = sin();
        private final double centerX = inputSize.width() / 2.0;
        private final double centerY = inputSize.height() / 2.0;

        double x(int x, int y) {
            return centerX + cos * (x + 0.5 - centerX) - sin * (y + 0.5 - centerY);
        }

        double y(int x, int y) {
            return centerY + sin * (x + 0.5 - centerX) + cos * (y + 0.5 - centerY);
        }
    }
}
