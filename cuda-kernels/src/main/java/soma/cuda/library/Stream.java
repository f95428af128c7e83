package soma.cuda.library;

import java.util.function.LongConsumer;

/** The stream of a device, in which libraries work too. */
public interface Stream {
    /**
     * Lets work go to the stream: with the device's context, while no other thread uses it.
     *
     * @param work takes the stream's handle, as the driver's API has it
     */
    void run(LongConsumer work);
}
