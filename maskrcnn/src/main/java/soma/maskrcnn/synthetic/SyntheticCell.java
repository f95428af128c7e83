package soma.maskrcnn.synthetic;

import soma.maskrcnn.structures.Rle;

/**
 * A drawn cell.
 *
 * @param kind its class
 * @param mask its full extent within the image, also where another cell lies over it; never empty
 */
public record SyntheticCell(CellKind kind, Rle mask) {}
