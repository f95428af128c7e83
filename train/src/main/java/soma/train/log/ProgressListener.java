package soma.train.log;

/** Shows how far a run is. Called on the training thread. */
public interface ProgressListener extends AutoCloseable {
    /** Shows nothing. */
    ProgressListener NONE = new ProgressListener() {};

    /** Called after each step. */
    default void stepped(Progress progress) {}

    /** Called once a log period, with losses, rate, speed and remaining time in one line. */
    default void line(String text) {}

    /** Called after each image of an evaluation. */
    default void evaluated(int done, int images) {}

    @Override
    default void close() {}
}
