package soma.infer;

import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Instances;

import java.io.IOException;

/** One form of a run's results, written image by image. */
interface Output extends AutoCloseable {
    /** Writes what was found in an image. */
    void add(ImageRecord image, Image8 pixels, Instances found) throws IOException;

    /** Ends the file. */
    @Override
    void close() throws IOException;
}
