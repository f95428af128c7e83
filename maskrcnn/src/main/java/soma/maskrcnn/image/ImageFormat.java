package soma.maskrcnn.image;

import java.io.IOException;

import javax.imageio.stream.ImageInputStream;

/** The file formats that are read, told apart by their first bytes and not by the file's name. */
enum ImageFormat {
    PNG("png"),
    JPEG("jpg"),
    TIFF("tif");

    private final String ending;

    ImageFormat(String ending) {
        this.ending = ending;
    }

    /** What the names of such files end in, without a dot. */
    String ending() {
        return ending;
    }

    /** The format of a file, or null when it is none of these; leaves the position as it was. */
    static ImageFormat sniff(ImageInputStream in) throws IOException {
        byte[] head = new byte[8];
        in.mark();
        int count = 0;
        while (count < head.length) {
            int n = in.read(head, count, head.length - count);
            if (n < 0) {
                break;
            }
            count += n;
        }
        in.reset();
        if (count == 8 && startsWith(head, 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a)) {
            return PNG;
        }
        if (startsWith(head, 0xff, 0xd8, 0xff)) {
            return JPEG;
        }
        boolean littleEndian =
                startsWith(head, 'I', 'I', 42, 0) || startsWith(head, 'I', 'I', 43, 0);
        boolean bigEndian = startsWith(head, 'M', 'M', 0, 42) || startsWith(head, 'M', 'M', 0, 43);
        return littleEndian || bigEndian ? TIFF : null;
    }

    private static boolean startsWith(byte[] head, int... expected) {
        for (int i = 0; i < expected.length; i++) {
            if ((head[i] & 0xff) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
