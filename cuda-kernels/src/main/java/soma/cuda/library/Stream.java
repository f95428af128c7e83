package soma.cuda.library;

import java.util.function.LongConsumer;

/** The stream of a device, in which libraries work too. */
public interface Stream {
    /**
     * Lets a library use the stream: with the device's context, while no other thread does.
     *
     * @param work takes the stream's handle, as the driver's API has it
     */
    void run(LongConsumer work);

    /**
     * As {@link #run}, for a call that starts work on the device: it is counted like a kernel, and
     * named where a fault may come from it.
     *
     * @param function of the library
     * @param operands for messages; only asked for its text when there is one
     */
    void launch(String function, Object operands, LongConsumer work);
}
