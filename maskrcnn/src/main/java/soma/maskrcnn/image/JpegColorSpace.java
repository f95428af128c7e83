package soma.maskrcnn.image;

import java.io.EOFException;
import java.io.IOException;

import javax.imageio.stream.ImageInputStream;

/**
 * What the components of a JPEG file mean, by the rules of libjpeg ({@code
 * default_decompress_parms}).
 */
enum JpegColorSpace {
    GRAY,
    YCC,
    RGB,
    CMYK,
    YCCK;

    /** Reads the headers up to the first frame header; leaves the position as it was. */
    static JpegColorSpace read(ImageInputStream in) throws IOException {
        in.mark();
        try {
            return scan(in);
        } catch (EOFException e) {
            throw new ImageFormatException("the JPEG file ends before its frame header");
        } finally {
            in.reset();
        }
    }

    private static JpegColorSpace scan(ImageInputStream in) throws IOException {
        boolean jfif = false;
        int adobeTransform = -1;
        long segment = 2;
        while (true) {
            in.seek(segment);
            int marker = in.readUnsignedShort();
            if (marker == 0xffff) { // fill byte
                segment++;
                continue;
            }
            if (marker < 0xff01 || marker == 0xffda || marker == 0xffd9) {
                throw new ImageFormatException("the JPEG file has no frame header");
            }
            boolean alone = marker == 0xff01 || (marker >= 0xffd0 && marker <= 0xffd8);
            if (alone) {
                segment += 2;
                continue;
            }
            int length = in.readUnsignedShort();
            boolean frame =
                    marker >= 0xffc0
                            && marker <= 0xffcf
                            && marker != 0xffc4
                            && marker != 0xffc8
                            && marker != 0xffcc;
            if (frame) {
                return ofFrame(in, jfif, adobeTransform);
            }
            if (marker == 0xffe0 && length >= 16 && in.readInt() == 0x4a464946) { // JFIF
                jfif = true;
            } else if (marker == 0xffee && length >= 14 && in.readInt() == 0x41646f62) { // Adob
                in.seek(segment + 15);
                adobeTransform = in.readUnsignedByte();
            }
            segment += 2 + Math.max(length, 2);
        }
    }

    private static JpegColorSpace ofFrame(ImageInputStream in, boolean jfif, int adobeTransform)
            throws IOException {
        in.readUnsignedByte(); // sample precision
        in.readInt(); // height and width
        int components = in.readUnsignedByte();
        switch (components) {
            case 1:
                return GRAY;
            case 3:
                int ids = 0;
                for (int i = 0; i < 3; i++) {
                    ids = ids << 8 | in.readUnsignedByte();
                    in.readUnsignedShort();
                }
                if (jfif) {
                    return YCC;
                }
                if (adobeTransform >= 0) {
                    return adobeTransform == 0 ? RGB : YCC;
                }
                return ids == 0x524742 ? RGB : YCC;
            case 4:
                return adobeTransform == 2 ? YCCK : CMYK;
            default:
                throw new ImageFormatException(
                        "expected a JPEG of 1, 3 or 4 components, got " + components);
        }
    }
}
