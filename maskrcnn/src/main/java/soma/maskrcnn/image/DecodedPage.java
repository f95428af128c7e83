package soma.maskrcnn.image;

import java.io.IOException;

/** The samples of one image of a file, not yet converted to what the caller wants. */
interface DecodedPage {
    /** Gray or blue, green, red, 8 bits, as shown. */
    Image8 toImage8() throws IOException;

    /** Raw samples of one channel, as shown. */
    LabelImage toLabels() throws IOException;
}
