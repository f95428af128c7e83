package soma.maskrcnn.synthetic;

import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws phase-contrast-like images of overlapping cells of three kinds, with the mask of each cell.
 *
 * <p>Steps: choose the number of cells; draw bodies as maps of optical thickness and place them
 * with little overlap, the round ones in clusters; add debris and fine fibres that are no cells;
 * convert the summed thickness as {@link PhaseContrast} describes; add uneven light and sensor
 * noise. The same settings and seed give the same bytes on every machine.
 */
public final class CellGenerator {
    private static final int PLACEMENT_TRIES = 60;
    private static final double LEAST_OVERLAP = 0.05;
    private static final double MOST_OVERLAP = 0.35;
    private static final double LEAST_VISIBLE = 0.6;

    private final SceneSettings settings;

    /** Creates a generator of images with these settings. */
    public CellGenerator(SceneSettings settings) {
        this.settings = settings;
    }

    /** Draws an image whose kind the seed decides. */
    public CellScene generate(long seed) {
        CellKind[] kinds = CellKind.values();
        return generate(kinds[(int) Long.remainderUnsigned(seed, kinds.length)], seed);
    }

    /** Draws an image in which {@code kind} dominates. */
    public CellScene generate(CellKind kind, long seed) {
        return new Scene(kind, new Dice(seed)).draw();
    }

    /** Most cells of a kind that an image takes without becoming a heap, within the settings. */
    private int mostCells(CellKind kind) {
        double areaOfOne =
                switch (kind) {
                    case SHSY5Y -> 1400;
                    case ASTRO -> 3000;
                    case CORT -> 700;
                };
        double room =
                settings.height()
                        * (double) settings.width()
                        / (areaOfOne * settings.cellScale() * settings.cellScale());
        return Math.clamp((long) room, settings.minCells(), settings.maxCells());
    }

    /** One image while it is being drawn. */
    private final class Scene {
        private final CellKind kind;
        private final Dice dice;
        private final CellShapes shapes;
        private final Field thickness;
        private final Field texture;
        private final int[] taken;
        private final List<SyntheticCell> cells = new ArrayList<>();
        private int clusterY;
        private int clusterX;
        private int clusterLeft;

        Scene(CellKind kind, Dice dice) {
            this.kind = kind;
            this.dice = dice;
            this.shapes = new CellShapes(dice, settings.cellScale());
            this.thickness = new Field(settings.height(), settings.width());
            this.texture =
                    Field.noise(settings.height(), settings.width(), dice)
                            .blurred(0.9)
                            .normalized();
            this.taken = new int[settings.height() * settings.width()];
        }

        CellScene draw() {
            new Clutter(dice, settings.cellScale()).draw(thickness, kind);
            int count = dice.logarithmic(settings.minCells(), mostCells(kind));
            for (int i = 0; i < count; i++) {
                place(dice.chance(settings.dominance()) ? kind : anyKind());
            }
            return new CellScene(PhaseContrast.expose(thickness, dice), kind, cells);
        }

        private CellKind anyKind() {
            return CellKind.values()[dice.integer(0, CellKind.values().length - 1)];
        }

        /** Places one cell; skips it when there is no room and the image has enough. */
        private void place(CellKind cellKind) {
            Stamp body = shapes.draw(cellKind).stamp();
            int fullArea = body.area();
            Rle fallback = null;
            int fallbackY = 0;
            int fallbackX = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int attempt = 0; attempt < PLACEMENT_TRIES; attempt++) {
                int y = dice.integer(0, settings.height() - 1);
                int x = dice.integer(0, settings.width() - 1);
                if (cellKind == CellKind.CORT && clusterLeft > 0 && attempt < 20) {
                    double spread = 12 * settings.cellScale();
                    y = clusterY + (int) Math.round(spread * dice.normal());
                    x = clusterX + (int) Math.round(spread * dice.normal());
                }
                Rle mask = body.mask(y, x, settings.height(), settings.width());
                if (mask.area() < Math.max(1, LEAST_VISIBLE * fullArea)) {
                    continue;
                }
                double overlap = overlap(mask);
                double allowed =
                        LEAST_OVERLAP + (MOST_OVERLAP - LEAST_OVERLAP) * attempt / PLACEMENT_TRIES;
                if (overlap <= allowed) {
                    accept(cellKind, body, mask, y, x);
                    return;
                }
                if (overlap < least) {
                    least = overlap;
                    fallback = mask;
                    fallbackY = y;
                    fallbackX = x;
                }
            }
            boolean needed = cells.size() < settings.minCells();
            if (needed && fallback == null) {
                // A cell larger than the image: its middle fills the image's middle.
                fallbackY = settings.height() / 2;
                fallbackX = settings.width() / 2;
                fallback = body.mask(fallbackY, fallbackX, settings.height(), settings.width());
            }
            if (needed || least <= MOST_OVERLAP) {
                accept(cellKind, body, fallback, fallbackY, fallbackX);
            }
        }

        /**
         * Largest share of a cell that another would cover: of the new one or of one that is there.
         */
        private double overlap(Rle mask) {
            int[] covered = new int[cells.size() + 1];
            mask.forEachColumnRun(
                    (x, top, bottom) -> {
                        for (int y = top; y < bottom; y++) {
                            covered[taken[y * settings.width() + x]]++;
                        }
                    });
            double largest = 0;
            int sum = 0;
            for (int i = 1; i < covered.length; i++) {
                sum += covered[i];
                largest = Math.max(largest, (double) covered[i] / cells.get(i - 1).mask().area());
            }
            return Math.max(largest, (double) sum / mask.area());
        }

        private void accept(CellKind cellKind, Stamp body, Rle mask, int y, int x) {
            double relief =
                    switch (cellKind) {
                        case SHSY5Y -> 0.16;
                        case ASTRO -> 0.22;
                        case CORT -> 0.14;
                    };
            body.addTo(thickness, y, x, texture, relief);
            cells.add(new SyntheticCell(cellKind, mask));
            mask.paint(taken, cells.size());
            if (cellKind == CellKind.CORT) {
                if (clusterLeft > 0) {
                    clusterLeft--;
                } else {
                    clusterLeft = dice.integer(0, 7);
                    clusterY = y;
                    clusterX = x;
                }
            }
        }
    }
}
