package soma.maskrcnn.data;

/** What can be wrong in a data set without making it useless. */
public enum Defect {
    /** Kept for evaluation, left out of training. */
    EMPTY_MASK("masks without a pixel"),
    /** Kept for evaluation, left out of training. */
    BOX_WITHOUT_AREA("boxes of no area"),
    /** The box is taken from the mask instead. */
    BAD_BOX("boxes that aren't four finite numbers (taken from the mask)"),
    /** The annotation is left out. */
    BAD_RUNS("run lengths that don't fit the image (left out)"),
    /** The annotation is left out. */
    BAD_POLYGON("outlines without a polygon of at least three points (left out)"),
    /** The annotation is left out. */
    NO_SEGMENTATION("annotations without a segmentation (left out)"),
    /** The annotation is left out. */
    MASK_SIZE("masks of another size than their image (left out)"),
    /** The mask is left out. */
    MASK_UNREADABLE("mask images that can't be read (left out)"),
    /** The annotation is left out. */
    UNKNOWN_CATEGORY("annotations of an unknown category (left out)"),
    /** The annotation is left out. */
    UNKNOWN_IMAGE("annotations of an unknown image (left out)"),
    /** The second one is left out. */
    DUPLICATE_IMAGE("images listed twice (the second left out)"),
    /** Left out of training. */
    NO_ANNOTATIONS("images without annotations"),
    /** Left out of training. */
    IMAGE_MISSING("images that aren't on disk"),
    /** Left out of training. */
    IMAGE_UNREADABLE("images that can't be read"),
    /** Left out of training. */
    IMAGE_SIZE("images of another size than their annotations say");

    private final String description;

    Defect(String description) {
        this.description = description;
    }

    /** Says in plural what the defect is and what happens. */
    public String description() {
        return description;
    }
}
