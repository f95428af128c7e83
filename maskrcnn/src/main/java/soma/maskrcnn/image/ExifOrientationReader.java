package soma.maskrcnn.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;

import javax.imageio.stream.ImageInputStream;

/**
 * Finds the orientation (tag 274) of a PNG (chunk eXIf), JPEG (segment APP1 "Exif") or TIFF file.
 *
 * <p>Reads a bounded number of small pieces. Damage in metadata never makes an image unreadable:
 * the orientation then counts as normal.
 */
final class ExifOrientationReader {
    private static final int ORIENTATION_TAG = 274;
    private static final int MAX_PIECES = 10_000;

    private ExifOrientationReader() {}

    static Orientation read(ImageInputStream in, ImageFormat format) throws IOException {
        in.mark();
        ByteOrder order = in.getByteOrder();
        try {
            in.setByteOrder(ByteOrder.BIG_ENDIAN);
            return Orientation.ofTag(
                    switch (format) {
                        case PNG -> inPng(in);
                        case JPEG -> inJpeg(in);
                        case TIFF -> inTiffBlock(in, 0);
                    });
        } catch (EOFException e) {
            // The decoder reports a truncated file with its own cause.
            return Orientation.NORMAL;
        } finally {
            in.setByteOrder(order);
            in.reset();
        }
    }

    private static int inPng(ImageInputStream in) throws IOException {
        long chunk = 8;
        for (int i = 0; i < MAX_PIECES; i++) {
            in.seek(chunk);
            long length = in.readUnsignedInt();
            int type = in.readInt();
            if (type == 0x65584966) { // eXIf
                return inTiffBlock(in, chunk + 8);
            }
            if (type == 0x49454e44) { // IEND
                return 1;
            }
            chunk += 12 + length;
        }
        return 1;
    }

    private static int inJpeg(ImageInputStream in) throws IOException {
        long segment = 2;
        for (int i = 0; i < MAX_PIECES; i++) {
            in.seek(segment);
            int marker = in.readUnsignedShort();
            if (marker == 0xffff) { // fill byte
                segment++;
                continue;
            }
            boolean startOfScan = marker == 0xffda;
            if (marker < 0xffc0 || startOfScan) {
                return 1;
            }
            int length = in.readUnsignedShort();
            if (marker == 0xffe1 && length >= 8 && in.readInt() == 0x45786966) { // Exif
                return inTiffBlock(in, segment + 10);
            }
            segment += 2 + length;
        }
        return 1;
    }

    private static int inTiffBlock(ImageInputStream in, long start) throws IOException {
        in.seek(start);
        int order = in.readUnsignedShort();
        if (order == 0x4949) {
            in.setByteOrder(ByteOrder.LITTLE_ENDIAN);
        } else if (order == 0x4d4d) {
            in.setByteOrder(ByteOrder.BIG_ENDIAN);
        } else {
            return 1;
        }
        if (in.readUnsignedShort() != 42) {
            return 1;
        }
        in.seek(start + in.readUnsignedInt());
        int entries = in.readUnsignedShort();
        for (int i = 0; i < entries; i++) {
            int tag = in.readUnsignedShort();
            int type = in.readUnsignedShort();
            long count = in.readUnsignedInt();
            int first = in.readUnsignedShort();
            in.readUnsignedShort();
            boolean isShort = type == 3;
            if (tag == ORIENTATION_TAG) {
                return isShort && count == 1 ? first : 1;
            }
        }
        return 1;
    }
}
