package soma.maskrcnn.augment;

/** Refuses numbers that are no probability. */
final class ProbabilityCheck {
    private ProbabilityCheck() {}

    static void require(String augmentation, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    augmentation + ": expected a probability of 0 to 1, got " + probability);
        }
    }
}
