package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.Locale;

/** The forms in which a data set may come. */
public enum DatasetFormat {
    /** A COCO JSON file. */
    COCO,
    /** The competition's CSV: {@code id,annotation,width,height,cell_type}. */
    CSV,
    /** Folders {@code <id>/images/*.png} and {@code <id>/masks/*.png}. */
    DSB2018,
    /** Images with label images {@code <name>_masks.tif|png} beside them. */
    LABELS,
    /** Images without annotations. */
    IMAGES;

    /**
     * Returns the format named on a command line, in any case.
     *
     * @throws SomaException when there is none of that name
     */
    public static DatasetFormat parse(String name) {
        for (DatasetFormat format : values()) {
            if (format.name().equalsIgnoreCase(name)) {
                return format;
            }
        }
        throw new SomaException(
                "data format: expected one of "
                        + Arrays.toString(values()).toLowerCase(Locale.ROOT)
                        + ", got "
                        + name);
    }
}
