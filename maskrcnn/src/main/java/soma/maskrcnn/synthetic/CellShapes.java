package soma.maskrcnn.synthetic;

/**
 * Draws the body of a cell of each kind. Lengths are pixels of a competition image, times a scale.
 */
final class CellShapes {
    /** Length of the pieces of a process. */
    private static final double STEP = 3;

    private final Dice dice;
    private final double scale;

    CellShapes(Dice dice, double scale) {
        this.dice = dice;
        this.scale = scale;
    }

    CellBody draw(CellKind kind) {
        return switch (kind) {
            case SHSY5Y -> neurite();
            case ASTRO -> flatBranching();
            case CORT -> round();
        };
    }

    /** A spindle with one to three processes, two of them from its ends. */
    private CellBody neurite() {
        double major = scale * dice.between(8.5, 12);
        double minor = scale * dice.between(5.2, 7.5);
        double axis = dice.angle();
        double height = dice.between(0.85, 1.15);
        CellBody body = new CellBody((int) Math.ceil(major + scale * 50));
        body.blob(0, 0, major, minor, axis, height, 4, Waves.draw(dice, 0.1));
        int processes = dice.integer(1, 3);
        for (int i = 0; i < processes; i++) {
            double direction =
                    i < 2
                            ? axis + i * Math.PI + 0.25 * dice.normal()
                            : axis + Math.PI / 2 + 0.4 * dice.normal();
            double length = major + scale * dice.between(10, 30);
            double base = minor * dice.between(0.6, 0.85);
            double tip = Math.max(1.2, scale * dice.between(1.2, 1.5));
            process(body, Point.CENTER, direction, length, base, tip, 0.8 * height, 0.1);
        }
        granules(body, dice.integer(2, 5), 0.6 * minor, 0.35);
        return body;
    }

    /** A wide irregular plate with branching arms and a nucleus that shows faintly. */
    private CellBody flatBranching() {
        double major = scale * dice.between(11, 16);
        double minor = major * dice.between(0.65, 0.9);
        double axis = dice.angle();
        double height = dice.between(0.4, 0.6);
        CellBody body = new CellBody((int) Math.ceil(major + scale * 55));
        body.blob(0, 0, major, minor, axis, height, 6, Waves.draw(dice, 0.2));
        int arms = dice.integer(4, 6);
        double first = dice.angle();
        for (int i = 0; i < arms; i++) {
            double direction = first + 2 * Math.PI * i / arms + 0.25 * dice.normal();
            double length = major + scale * dice.between(8, 24);
            double base = scale * dice.between(6.5, 10);
            double tip = Math.max(1.2, scale * dice.between(1.2, 1.9));
            Point fork =
                    process(body, Point.CENTER, direction, length, base, tip, 0.9 * height, 0.12);
            if (dice.chance(0.4)) {
                double turn = dice.chance(0.5) ? 0.8 : -0.8;
                double sideLength = scale * dice.between(7, 12);
                process(
                        body,
                        fork,
                        direction + turn,
                        sideLength,
                        0.4 * base,
                        tip,
                        0.8 * height,
                        0.1);
            }
        }
        double nucleus = scale * dice.between(4.5, 6);
        body.bump(0, 0, nucleus, 0.8 * nucleus, dice.angle(), 0.35);
        body.bump(0.2 * nucleus, -0.1 * nucleus, 1.3, 1.3, 0, 0.4);
        granules(body, dice.integer(8, 16), 0.9 * minor, 0.3);
        return body;
    }

    /** A thick round body, sometimes with a stump of a process. */
    private CellBody round() {
        double major = scale * dice.between(6.5, 9.5);
        double minor = major * dice.between(0.82, 1);
        double height = dice.between(1.5, 2.1);
        CellBody body = new CellBody((int) Math.ceil(major + scale * 16));
        body.blob(0, 0, major, minor, dice.angle(), height, 4, Waves.draw(dice, 0.05));
        if (dice.chance(0.3)) {
            double length = major + scale * dice.between(3, 8);
            double base = 0.45 * minor;
            double tip = Math.max(1.2, 1.3 * scale);
            process(body, Point.CENTER, dice.angle(), length, base, tip, 0.7 * height, 0.08);
        }
        body.bump(
                0.1 * major * dice.normal(),
                0.1 * major * dice.normal(),
                0.5 * major,
                0.45 * major,
                dice.angle(),
                0.5);
        granules(body, dice.integer(1, 3), 0.5 * minor, 0.6);
        return body;
    }

    /** A place relative to a cell's centre. */
    private record Point(double x, double y) {
        static final Point CENTER = new Point(0, 0);
    }

    /**
     * A process whose direction wanders, from a point of the body outwards, tapering.
     *
     * @return the point two thirds along it
     */
    private Point process(
            CellBody body,
            Point start,
            double direction,
            double length,
            double base,
            double tip,
            double height,
            double wander) {
        int pieces = Math.max(3, (int) Math.round(length / (STEP * Math.max(scale, 0.3))));
        double step = length / pieces;
        Point point = start;
        Point fork = start;
        double heading = direction;
        double bend = 0.03 * dice.normal();
        for (int i = 0; i < pieces; i++) {
            Point next =
                    new Point(
                            point.x + step * StrictMath.cos(heading),
                            point.y + step * StrictMath.sin(heading));
            double from = taper(base, tip, i, pieces);
            double to = taper(base, tip, i + 1, pieces);
            body.segment(point.x, point.y, next.x, next.y, from, to, height);
            if (3 * i <= 2 * pieces) {
                fork = next;
            }
            point = next;
            heading += bend + wander * dice.normal();
        }
        return fork;
    }

    /**
     * Half width after {@code i} of {@code pieces}: falls fast near the body, slowly at the end.
     */
    private static double taper(double base, double tip, int i, int pieces) {
        double rest = 1 - (double) i / pieces;
        return tip + (base - tip) * rest * rest;
    }

    private void granules(CellBody body, int count, double reach, double strength) {
        for (int i = 0; i < count; i++) {
            double size = dice.between(1.1, 1.9);
            double amount = strength * (dice.chance(0.7) ? 1 : -1);
            body.bump(reach * between(), reach * between(), size, size, 0, amount);
        }
    }

    private double between() {
        return dice.between(-1, 1);
    }
}
