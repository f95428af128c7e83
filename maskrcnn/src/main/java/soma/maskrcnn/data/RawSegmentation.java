package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonToken;

import soma.maskrcnn.structures.Polygons;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.util.List;

/** A COCO {@code segmentation} as it stands in a file, before it is checked against its image. */
sealed interface RawSegmentation {
    /** Run lengths as COCO's string. */
    record Compressed(int height, int width, String counts) implements RawSegmentation {}

    /** Run lengths as a list. */
    record Uncompressed(int height, int width, int[] counts) implements RawSegmentation {}

    /** Points farther out than so many sizes of the image are no part of an outline. */
    double FAR = 100;

    /** Polygons as lists of coordinates. */
    record Rings(List<double[]> rings) implements RawSegmentation {}

    /** Reads the value that the cursor stands on; null when it is {@code null}. */
    static RawSegmentation read(JsonCursor json) throws IOException {
        if (json.isNull()) {
            return null;
        }
        if (json.token() == JsonToken.START_ARRAY) {
            return new Rings(json.numberLists());
        }
        if (json.token() != JsonToken.START_OBJECT) {
            throw json.expected("polygons or run lengths");
        }
        int[] size = null;
        int[] list = null;
        String text = null;
        String field;
        while ((field = json.nextField()) != null) {
            switch (field) {
                case "size" -> size = json.integers();
                case "counts" -> {
                    if (json.token() == JsonToken.VALUE_STRING) {
                        text = json.string();
                    } else {
                        list = json.integers();
                    }
                }
                default -> json.skip();
            }
        }
        if (size == null || size.length != 2) {
            throw json.missing("size of two numbers");
        }
        if (text == null && list == null) {
            throw json.missing("counts");
        }
        return text != null
                ? new Compressed(size[0], size[1], text)
                : new Uncompressed(size[0], size[1], list);
    }

    /** Returns the mask of run lengths of either kind. */
    private static Rle rle(RawSegmentation raw) {
        return switch (raw) {
            case Compressed c -> Rle.fromCocoString(c.height(), c.width(), c.counts());
            case Uncompressed u -> Rle.of(u.height(), u.width(), u.counts());
            case Rings r -> throw new IllegalStateException("polygons: " + r.rings().size());
        };
    }

    /** Says why a segmentation can't be used. */
    final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;
        private final Defect defect;

        UnusableException(Defect defect, String message) {
            super(message);
            this.defect = defect;
        }

        Defect defect() {
            return defect;
        }
    }

    /**
     * Checks a segmentation against its image; unusable polygons are dropped as detectron2 does.
     *
     * @throws UnusableException when nothing usable is left
     */
    static Segmentation resolve(RawSegmentation raw, int height, int width)
            throws UnusableException {
        try {
            return switch (raw) {
                case null -> throw new UnusableException(Defect.NO_SEGMENTATION, "none");
                case Rings outline -> {
                    List<double[]> usable =
                            outline.rings().stream().filter(Polygons::isUsable).toList();
                    if (usable.isEmpty()) {
                        throw new UnusableException(Defect.BAD_POLYGON, "no polygon of 3 points");
                    }
                    requireNear(usable, height, width);
                    yield new Segmentation.OfPolygons(Polygons.of(usable));
                }
                case Compressed c -> mask(rle(c), height, width);
                case Uncompressed u -> mask(rle(u), height, width);
            };
        } catch (SomaException e) {
            Defect defect = raw instanceof Rings ? Defect.BAD_POLYGON : Defect.BAD_RUNS;
            throw new UnusableException(defect, e.getMessage());
        }
    }

    /** Outlines may leave their image, as crops do, but not by many times its size. */
    private static void requireNear(List<double[]> rings, int height, int width)
            throws UnusableException {
        double limit = FAR * Math.max(height, width);
        for (double[] ring : rings) {
            for (double coordinate : ring) {
                if (Math.abs(coordinate) > limit) {
                    throw new UnusableException(Defect.WILD_POLYGON, "point at " + coordinate);
                }
            }
        }
    }

    private static Segmentation mask(Rle rle, int height, int width) throws UnusableException {
        if (rle.height() != height || rle.width() != width) {
            throw new UnusableException(
                    Defect.MASK_SIZE,
                    "expected "
                            + height
                            + "x"
                            + width
                            + ", got "
                            + rle.height()
                            + "x"
                            + rle.width());
        }
        return new Segmentation.OfRle(rle);
    }
}
