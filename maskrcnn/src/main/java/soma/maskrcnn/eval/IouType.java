package soma.maskrcnn.eval;

/** What COCO's evaluation compares. */
public enum IouType {
    /** Boxes. */
    BBOX,
    /** Masks. */
    SEGM
}
