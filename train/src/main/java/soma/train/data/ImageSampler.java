package soma.train.data;

/** An endless sequence of image numbers, the same each time it is asked for. */
public interface ImageSampler {
    /** The number of the image at a position from 0. */
    int at(long position);
}
