package soma.maskrcnn.draw;

import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.MaskBounds;
import soma.maskrcnn.structures.Rle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Draws objects on an image: translucent areas with contours, boxes, class names and scores.
 *
 * <p>An object's colour depends only on its place in the list, or on its {@link Outcome} when it
 * has one. Labels go to the objects of the highest score first and only where they cover no other
 * label, so that crowded images stay legible; a legend counts the objects of each class or outcome.
 * Where a crowd has but one class, labels don't repeat it.
 */
public final class Overlay {
    private static final int PADDING = 1;
    private static final int HATCH_PERIOD = 6;
    private static final int HATCH_WIDTH = 2;
    private static final int WHITE = 0xffffff;
    private static final int BLACK = 0x000000;

    private final Canvas canvas;
    private final OverlayStyle style;
    private final List<DrawnInstance> instances;
    private final Map<String, List<DrawnInstance>> kinds = new TreeMap<>();
    private final boolean namesClasses;
    private final List<Box> labels = new ArrayList<>();

    private Overlay(Image8 image, List<DrawnInstance> instances, OverlayStyle style) {
        this.canvas = new Canvas(image, style.scale());
        this.instances = instances;
        this.style = style;
        for (DrawnInstance instance : instances) {
            kinds.computeIfAbsent(instance.kind(), key -> new ArrayList<>()).add(instance);
        }
        long classes = instances.stream().map(DrawnInstance::label).distinct().count();
        this.namesClasses = classes > 1 || instances.size() <= style.maxLabels();
    }

    /** Draws in the default style for the image's size. */
    public static Image8 draw(Image8 image, List<DrawnInstance> instances) {
        return draw(image, instances, OverlayStyle.of(image.height(), image.width()));
    }

    /**
     * Draws objects on a copy of {@code image}.
     *
     * @return a colour image, {@code style.scale()} times as large
     * @throws IllegalArgumentException when a mask is not of the image's size
     */
    public static Image8 draw(Image8 image, List<DrawnInstance> instances, OverlayStyle style) {
        for (DrawnInstance instance : instances) {
            Rle mask = instance.mask();
            if (mask.height() != image.height() || mask.width() != image.width()) {
                throw new IllegalArgumentException(
                        "Overlay: expected masks of "
                                + image.height()
                                + "x"
                                + image.width()
                                + ", got "
                                + mask.height()
                                + "x"
                                + mask.width());
            }
        }
        Overlay overlay = new Overlay(image, instances, style);
        overlay.masks();
        overlay.boxes();
        overlay.legend();
        overlay.labels();
        return overlay.canvas.toImage();
    }

    private void masks() {
        for (int i = 0; i < instances.size(); i++) {
            area(instances.get(i), color(i));
        }
        // Contours last: an area that lies over another must not hide where it ends.
        for (int i = 0; i < instances.size(); i++) {
            contour(instances.get(i).mask(), color(i));
        }
    }

    private int color(int index) {
        return instances.get(index).outcome().map(Outcome::rgb).orElse(InstanceColors.rgb(index));
    }

    private void area(DrawnInstance instance, int color) {
        Outcome.Area area = instance.outcome().map(Outcome::area).orElse(Outcome.Area.FILLED);
        int scale = style.scale();
        instance.mask()
                .forEachColumnRun(
                        (x, top, bottom) -> {
                            int x0 = x * scale;
                            int y0 = top * scale;
                            int x1 = x0 + scale;
                            int y1 = bottom * scale;
                            switch (area) {
                                case FILLED ->
                                        canvas.fill(x0, y0, x1, y1, color, style.fillOpacity());
                                case HATCHED -> hatch(x0, y0, x1, y1, color);
                                case EMPTY -> {}
                            }
                        });
    }

    /** Fills a rectangle with diagonal lines that go on from one rectangle to the next. */
    private void hatch(int x0, int y0, int x1, int y1, int color) {
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                if ((x + y) % HATCH_PERIOD < HATCH_WIDTH) {
                    canvas.blend(y, x, color, Math.min(1, 2 * style.fillOpacity()));
                }
            }
        }
    }

    /** Draws the pixels of the mask, at the canvas' resolution, that have a neighbour outside. */
    private void contour(Rle mask, int color) {
        MaskBounds bounds = mask.bounds();
        int scale = style.scale();
        // One background pixel around, so that neighbours need no bounds check.
        int windowHeight = bounds.height() + 2;
        int windowWidth = bounds.width() + 2;
        byte[] window =
                mask.decodeWindow(bounds.x0() - 1, bounds.y0() - 1, windowHeight, windowWidth);
        for (int y = 1; y < windowHeight - 1; y++) {
            for (int x = 1; x < windowWidth - 1; x++) {
                int i = y * windowWidth + x;
                if (window[i] == 0) {
                    continue;
                }
                int x0 = (bounds.x0() + x - 1) * scale;
                int y0 = (bounds.y0() + y - 1) * scale;
                int x1 = x0 + scale;
                int y1 = y0 + scale;
                if (window[i - windowWidth] == 0) {
                    canvas.fill(x0, y0, x1, y0 + 1, color, 1);
                }
                if (window[i + windowWidth] == 0) {
                    canvas.fill(x0, y1 - 1, x1, y1, color, 1);
                }
                if (window[i - 1] == 0) {
                    canvas.fill(x0, y0, x0 + 1, y1, color, 1);
                }
                if (window[i + 1] == 0) {
                    canvas.fill(x1 - 1, y0, x1, y1, color, 1);
                }
            }
        }
    }

    private void boxes() {
        if (instances.size() > style.maxBoxes()) {
            return;
        }
        for (int i = 0; i < instances.size(); i++) {
            Box box = onCanvas(instances.get(i));
            canvas.outline(box.x0, box.y0, box.x1, box.y1, color(i), 0.7);
        }
    }

    /** The counts by class or outcome, in the upper left corner. */
    private void legend() {
        int y = 0;
        for (Map.Entry<String, List<DrawnInstance>> kind : kinds.entrySet()) {
            String text = kind.getKey() + ": " + kind.getValue().size();
            Optional<Outcome> outcome = kind.getValue().getFirst().outcome();
            int back = outcome.map(Outcome::rgb).orElse(BLACK);
            int front = isLight(back) ? BLACK : WHITE;
            y = write(0, y, text, back, outcome.isPresent() ? 1 : 0.6, front).y1;
        }
    }

    private void labels() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            order.add(i);
        }
        order.sort(
                Comparator.comparingDouble((Integer i) -> -instances.get(i).score().orElse(1.0))
                        .thenComparingInt(i -> -instances.get(i).mask().area()));
        int legendRows = labels.size();
        for (int i : order) {
            if (labels.size() - legendRows >= style.maxLabels()) {
                return;
            }
            label(instances.get(i), color(i));
        }
    }

    /** Writes a label above its box, or below or inside where there is no room; or not at all. */
    private void label(DrawnInstance instance, int color) {
        String name = namesClasses ? instance.label() : "";
        String score = instance.score().map(s -> String.format(Locale.ROOT, "%.2f", s)).orElse("");
        String text = (name + " " + score).strip();
        if (text.isEmpty()) {
            return;
        }
        Box box = onCanvas(instance);
        int height = PixelFont.HEIGHT + 2 * PADDING;
        int width = PixelFont.width(text) + 2 * PADDING;
        int x = Math.max(0, Math.min(box.x0, canvas.width - width));
        for (int y : new int[] {box.y0 - height, box.y1, box.y0}) {
            Box place = new Box(x, y, x + width, y + height);
            boolean inside = y >= 0 && place.y1 <= canvas.height && place.x1 <= canvas.width;
            if (inside && labels.stream().noneMatch(place::meets)) {
                write(x, y, text, color, 0.8, isLight(color) ? BLACK : WHITE);
                return;
            }
        }
    }

    private Box write(int x, int y, String text, int back, double opacity, int front) {
        int x1 = x + PixelFont.width(text) + 2 * PADDING;
        int y1 = y + PixelFont.HEIGHT + 2 * PADDING;
        canvas.fill(x, y, x1, y1, back, opacity);
        canvas.text(x + PADDING, y + PADDING, text, front);
        Box box = new Box(x, y, x1, y1);
        labels.add(box);
        return box;
    }

    private Box onCanvas(DrawnInstance instance) {
        double[] box = instance.box();
        int scale = style.scale();
        return new Box(
                (int) Math.floor(box[0] * scale),
                (int) Math.floor(box[1] * scale),
                (int) Math.ceil(box[2] * scale),
                (int) Math.ceil(box[3] * scale));
    }

    /** ITU-R BT.601 luma. */
    private static boolean isLight(int rgb) {
        int luma = 299 * (rgb >> 16 & 0xff) + 587 * (rgb >> 8 & 0xff) + 114 * (rgb & 0xff);
        return luma > 128_000;
    }

    /** A rectangle of canvas pixels; x1 and y1 lie outside. */
    private record Box(int x0, int y0, int x1, int y1) {
        boolean meets(Box other) {
            return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
        }
    }
}
