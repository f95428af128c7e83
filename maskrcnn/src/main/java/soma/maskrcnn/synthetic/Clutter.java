package soma.maskrcnn.synthetic;

/** What lies in a dish and is no cell: fine fibres and specks of debris. */
final class Clutter {
    private final Dice dice;
    private final double scale;

    Clutter(Dice dice, double scale) {
        this.dice = dice;
        this.scale = scale;
    }

    void draw(Field thickness, CellKind kind) {
        double area = thickness.height * (double) thickness.width / (scale * scale);
        boolean cortical = kind == CellKind.CORT;
        int fibres = (int) (area / (cortical ? 2_500 : 14_000));
        int specks = (int) (area / (cortical ? 1_500 : 5_000));
        for (int i = 0; i < fibres; i++) {
            fibre(thickness, cortical ? 0.22 : 0.1);
        }
        for (int i = 0; i < specks; i++) {
            speck(thickness);
        }
    }

    private void fibre(Field thickness, double height) {
        double x = dice.between(0, thickness.width);
        double y = dice.between(0, thickness.height);
        double heading = dice.angle();
        int steps = (int) (scale * dice.between(40, 140));
        for (int i = 0; i < steps; i++) {
            deposit(thickness, x, y, 0.9, height);
            x += StrictMath.cos(heading);
            y += StrictMath.sin(heading);
            heading += 0.05 * dice.normal();
        }
    }

    private void speck(Field thickness) {
        double size = dice.between(0.8, 1.5);
        double x = dice.between(0, thickness.width);
        double y = dice.between(0, thickness.height);
        deposit(thickness, x, y, size, dice.between(0.3, 1.2));
    }

    /** Adds a small round heap. */
    private static void deposit(
            Field thickness, double cx, double cy, double radius, double height) {
        int reach = (int) Math.ceil(radius) + 1;
        int column = (int) cx;
        int row = (int) cy;
        for (int y = Math.max(0, row - reach);
                y <= Math.min(thickness.height - 1, row + reach);
                y++) {
            for (int x = Math.max(0, column - reach);
                    x <= Math.min(thickness.width - 1, column + reach);
                    x++) {
                double dx = x + 0.5 - cx;
                double dy = y + 0.5 - cy;
                double r = (dx * dx + dy * dy) / (radius * radius);
                if (r < 1) {
                    thickness.values[y * thickness.width + x] += (float) (height * (1 - r));
                }
            }
        }
    }
}
