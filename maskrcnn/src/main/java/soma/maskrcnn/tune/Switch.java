package soma.maskrcnn.tune;

import soma.maskrcnn.config.PostConfig;

/** A step of {@code SOMA.POST} that is done or not. */
public enum Switch {
    /** Keep the class that most detections have. */
    MAJORITY_CLASS,
    /** Take from each mask the pixels of better ones. */
    REMOVE_OVERLAPS,
    /** Fill holes. */
    FILL_HOLES,
    /** Keep the largest part. */
    LARGEST_PART;

    boolean isOn(PostConfig post) {
        return switch (this) {
            case MAJORITY_CLASS -> post.majorityClass();
            case REMOVE_OVERLAPS -> post.removeOverlaps();
            case FILL_HOLES -> post.fillHoles();
            case LARGEST_PART -> post.largestPart();
        };
    }
}
