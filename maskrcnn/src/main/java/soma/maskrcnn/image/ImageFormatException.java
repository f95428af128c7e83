package soma.maskrcnn.image;

import java.io.IOException;

/**
 * An image file that is damaged or of a kind that is not read; the message names the cause only.
 */
final class ImageFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    ImageFormatException(String message) {
        super(message);
    }
}
