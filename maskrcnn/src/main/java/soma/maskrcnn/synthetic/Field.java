package soma.maskrcnn.synthetic;

/** A map of real numbers over the image, row-major. */
final class Field {
    final int height;
    final int width;
    final float[] values;

    Field(int height, int width) {
        this.height = height;
        this.width = width;
        this.values = new float[Math.multiplyExact(height, width)];
    }

    /** White noise of variance 1. */
    static Field noise(int height, int width, Dice dice) {
        Field field = new Field(height, width);
        for (int i = 0; i < field.values.length; i++) {
            field.values[i] = (float) dice.normal();
        }
        return field;
    }

    /** Gaussian smoothing with {@code sigma} pixels; edges are continued. */
    Field blurred(double sigma) {
        int radius = Math.max(1, (int) Math.ceil(2.5 * sigma));
        float[] kernel = new float[2 * radius + 1];
        float sum = 0;
        for (int i = 0; i < kernel.length; i++) {
            double t = (i - radius) / sigma;
            kernel[i] = (float) StrictMath.exp(-0.5 * t * t);
            sum += kernel[i];
        }
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] /= sum;
        }
        Field rows = new Field(height, width);
        float[] padded = new float[width + 2 * radius];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < padded.length; i++) {
                padded[i] = values[y * width + Math.clamp(i - radius, 0, width - 1)];
            }
            for (int k = 0; k < kernel.length; k++) {
                float weight = kernel[k];
                for (int x = 0; x < width; x++) {
                    rows.values[y * width + x] += weight * padded[x + k];
                }
            }
        }
        Field result = new Field(height, width);
        for (int y = 0; y < height; y++) {
            for (int k = -radius; k <= radius; k++) {
                int from = Math.clamp(y + k, 0, height - 1) * width;
                float weight = kernel[k + radius];
                for (int x = 0; x < width; x++) {
                    result.values[y * width + x] += weight * rows.values[from + x];
                }
            }
        }
        return result;
    }

    /** This field with its mean square brought to 1; an all-zero field stays. */
    Field normalized() {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares / values.length));
        Field result = new Field(height, width);
        for (int i = 0; i < values.length; i++) {
            result.values[i] = values[i] * scale;
        }
        return result;
    }
}
