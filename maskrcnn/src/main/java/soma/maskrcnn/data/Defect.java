package soma.maskrcnn.data;

/** What can be wrong in a data set without making it useless. */
public enum Defect {
    /** Kept for evaluation, left out of training. */
    EMPTY_MASK("masks without a pixel"),
    /** Kept for evaluation, left out of training. */
    BOX_WITHOUT_AREA("boxes of no area"),
    /** The box is taken from the mask instead. */
    BAD_BOX("boxes that aren't four finite numbers (taken from the mask)", true),
    /** The annotation is left out. */
    BAD_RUNS("run lengths that don't fit the image (left out)", true),
    /** The annotation is left out. */
    BAD_POLYGON("outlines without a polygon of at least three points (left out)"),
    /** The annotation is left out. */
    WILD_POLYGON("outlines with points far outside of their image (left out)", true),
    /** The annotation is left out. */
    NO_SEGMENTATION("annotations without a segmentation (left out)", true),
    /** The annotation is left out. */
    MASK_SIZE("masks of another size than their image (left out)", true),
    /** The mask is left out. */
    MASK_UNREADABLE("mask images that can't be read (left out)", true),
    /** The annotation is left out. */
    UNKNOWN_CATEGORY("annotations of an unknown category (left out)", true),
    /** Kept; only those who know better can tell whether it is a class or a mistake. */
    FOREIGN_CLASS("cell types that the competition doesn't have (kept as classes)", true),
    /** The annotation is left out. */
    UNKNOWN_IMAGE("annotations of an unknown image (left out)", true),
    /** Kept under the number of its place. */
    NO_ID("annotations without an id", true),
    /** Both are kept. */
    DUPLICATE_ANNOTATION("annotation ids that occur twice", true),
    /** The last part of the name is looked for in the folder. */
    PATH_OUTSIDE("image names that lead out of the image folder, to no image", true),
    /** The second one is left out. */
    DUPLICATE_IMAGE("images listed twice (the second left out)", true),
    /** Left out of training. */
    NO_ANNOTATIONS("images without annotations"),
    /** Left out of training. */
    IMAGE_MISSING("images that aren't on disk"),
    /** Left out of training. */
    IMAGE_UNREADABLE("images that can't be read"),
    /** Left out of training. */
    IMAGE_SIZE("images of another size than their annotations say");

    private final String description;
    private final boolean damage;

    Defect(String description) {
        this(description, false);
    }

    Defect(String description, boolean damage) {
        this.description = description;
        this.damage = damage;
    }

    /**
     * Whether the file contradicts itself, so that it can't be what its maker meant. Work on such a
     * data set is refused unless somebody has asked to leave the damaged parts out.
     */
    public boolean isDamage() {
        return damage;
    }

    /** Says in plural what the defect is and what happens. */
    public String description() {
        return description;
    }
}
