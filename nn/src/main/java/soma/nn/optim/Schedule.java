package soma.nn.optim;

/** The factor on the base learning rate, as a function of the iteration. */
@FunctionalInterface
public interface Schedule {
    /** The factor that iteration {@code iteration}, counted from 0, is to use. */
    double multiplier(long iteration);
}
