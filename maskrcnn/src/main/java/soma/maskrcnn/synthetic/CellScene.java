package soma.maskrcnn.synthetic;

import soma.maskrcnn.image.Image8;

import java.util.List;

/**
 * A drawn image and the truth about it.
 *
 * @param image 8-bit gray
 * @param kind the kind that dominates
 * @param cells all cells, in the order in which they were placed
 */
public record CellScene(Image8 image, CellKind kind, List<SyntheticCell> cells) {
    /** Copies the list. */
    public CellScene {
        cells = List.copyOf(cells);
    }
}
