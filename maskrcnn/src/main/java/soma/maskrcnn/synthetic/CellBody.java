package soma.maskrcnn.synthetic;

/**
 * The optical thickness of one cell over a square window around its centre; where it is above zero
 * is the cell.
 */
final class CellBody {
    private final int radius;
    private final int side;
    private final float[] thickness;

    /** An empty window that reaches {@code radius} pixels to each side of the centre. */
    CellBody(int radius) {
        this.radius = radius;
        this.side = 2 * radius + 1;
        this.thickness = new float[side * side];
    }

    /**
     * Fills a blob around ({@code cx}, {@code cy}), relative to the centre: an ellipse whose
     * outline is bent by {@code waves}.
     *
     * @param profile 2 is a dome, larger is flatter
     */
    void blob(
            double cx,
            double cy,
            double semiMajor,
            double semiMinor,
            double angle,
            double height,
            int profile,
            Waves waves) {
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        int reach = (int) Math.ceil(Math.max(semiMajor, semiMinor) * (1 + waves.sum())) + 1;
        forWindow(
                cx,
                cy,
                reach,
                (i, dx, dy) -> {
                    double u = (dx * cos + dy * sin) / semiMajor;
                    double v = (dy * cos - dx * sin) / semiMinor;
                    double r = Math.sqrt(u * u + v * v) / waves.radius(u, v);
                    if (r < 1) {
                        double power = 1;
                        for (int k = 0; k < profile; k++) {
                            power *= r;
                        }
                        raise(i, height * Math.sqrt(1 - power));
                    }
                });
    }

    /** Adds to the thickness inside an ellipse without enlarging the cell: nuclei and granules. */
    void bump(
            double cx, double cy, double semiMajor, double semiMinor, double angle, double amount) {
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        forWindow(
                cx,
                cy,
                (int) Math.ceil(Math.max(semiMajor, semiMinor)) + 1,
                (i, dx, dy) -> {
                    double u = (dx * cos + dy * sin) / semiMajor;
                    double v = (dy * cos - dx * sin) / semiMinor;
                    double r = u * u + v * v;
                    if (r < 1 && thickness[i] > 0) {
                        thickness[i] = (float) Math.max(1e-3, thickness[i] + amount * (1 - r * r));
                    }
                });
    }

    /** Fills a piece of a process: a line with round ends whose half width goes from w0 to w1. */
    void segment(double x0, double y0, double x1, double y1, double w0, double w1, double height) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        double squared = Math.max(dx * dx + dy * dy, 1e-9);
        double reach = Math.max(w0, w1) + 0.5 * Math.sqrt(squared);
        forWindow(
                0.5 * (x0 + x1),
                0.5 * (y0 + y1),
                (int) Math.ceil(reach) + 1,
                (i, px, py) -> {
                    double qx = px + 0.5 * dx;
                    double qy = py + 0.5 * dy;
                    double t = Math.clamp((qx * dx + qy * dy) / squared, 0, 1);
                    double ex = qx - t * dx;
                    double ey = qy - t * dy;
                    double halfWidth = w0 + t * (w1 - w0);
                    double r = (ex * ex + ey * ey) / (halfWidth * halfWidth);
                    if (r < 1) {
                        raise(i, height * Math.sqrt(1 - r * r));
                    }
                });
    }

    /** The cell as it is now, cut to its extent. */
    Stamp stamp() {
        int top = side;
        int bottom = -1;
        int left = side;
        int right = -1;
        for (int i = 0; i < thickness.length; i++) {
            if (thickness[i] > 0) {
                top = Math.min(top, i / side);
                bottom = i / side;
                left = Math.min(left, i % side);
                right = Math.max(right, i % side);
            }
        }
        int height = bottom - top + 1;
        int width = right - left + 1;
        float[] cut = new float[height * width];
        for (int y = 0; y < height; y++) {
            System.arraycopy(thickness, (top + y) * side + left, cut, y * width, width);
        }
        return new Stamp(top - radius, left - radius, height, width, cut);
    }

    private void raise(int i, double height) {
        thickness[i] = Math.max(thickness[i], (float) Math.max(height, 1e-3));
    }

    private void forWindow(double cx, double cy, int reach, PixelVisitor visitor) {
        int column0 = (int) Math.round(cx) + radius;
        int row0 = (int) Math.round(cy) + radius;
        for (int row = Math.max(0, row0 - reach); row <= Math.min(side - 1, row0 + reach); row++) {
            for (int column = Math.max(0, column0 - reach);
                    column <= Math.min(side - 1, column0 + reach);
                    column++) {
                visitor.visit(row * side + column, column - radius - cx, row - radius - cy);
            }
        }
    }

    @FunctionalInterface
    private interface PixelVisitor {
        void visit(int index, double dx, double dy);
    }
}
