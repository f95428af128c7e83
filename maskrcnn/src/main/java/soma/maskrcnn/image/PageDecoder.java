package soma.maskrcnn.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;

import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;

/** Decodes the first image of a file through ImageIO, after a check of its header. */
final class PageDecoder {
    /** Largest number of pixels that is read, as a square image of this side. */
    private static final int MAX_SIDE = 1 << 14;

    /**
     * Most samples a byte of a file can stand for: deflate reaches 1032, LZW about 2700. A header
     * that claims more is damaged or a decompression bomb.
     */
    private static final long MAX_PIXELS_PER_BYTE = 4096;

    static {
        // Files are in memory already; ImageIO's own cache would write them to disk once more.
        ImageIO.setUseCache(false);
    }

    private PageDecoder() {}

    static ImageSize size(ImageInputStream in) throws IOException {
        ImageFormat format = format(in);
        Orientation orientation = ExifOrientationReader.read(in, format);
        javax.imageio.ImageReader reader = plugin(format);
        try {
            reader.setInput(in, true, true);
            ImageSize stored = checkedSize(reader, in.length());
            return orientation.shownSize(stored.height(), stored.width());
        } finally {
            reader.dispose();
        }
    }

    static DecodedPage decode(ImageInputStream in) throws IOException {
        ImageFormat format = format(in);
        Orientation orientation = ExifOrientationReader.read(in, format);
        JpegColorSpace jpegColors = format == ImageFormat.JPEG ? JpegColorSpace.read(in) : null;
        javax.imageio.ImageReader reader = plugin(format);
        try {
            reader.setInput(in, true, true);
            checkedSize(reader, in.length());
            DamageListener damage = new DamageListener();
            reader.addIIOReadWarningListener(damage);
            DecodedPage page;
            if (format == ImageFormat.JPEG) {
                Raster raster = reader.readRaster(0, null);
                page = new JpegPage(raster, jpegColors, orientation);
            } else {
                ImageReadParam param = reader.getDefaultReadParam();
                BufferedImage image = reader.read(0, param);
                page = new RasterPage(image, orientation);
            }
            if (damage.first != null) {
                throw new ImageFormatException(damage.first);
            }
            return page;
        } finally {
            reader.dispose();
        }
    }

    static ImageFormat format(ImageInputStream in) throws IOException {
        if (in.length() == 0) {
            throw new ImageFormatException("the file is empty");
        }
        ImageFormat format = ImageFormat.sniff(in);
        if (format == null) {
            throw new ImageFormatException("expected a PNG, JPEG or TIFF file, got other bytes");
        }
        return format;
    }

    private static javax.imageio.ImageReader plugin(ImageFormat format) throws IOException {
        if (format == ImageFormat.TIFF) {
            return new TIFFImageReaderSpi().createReaderInstance(null);
        }
        String name = format.name().toLowerCase(Locale.ROOT);
        Iterator<javax.imageio.ImageReader> readers = ImageIO.getImageReadersByFormatName(name);
        if (!readers.hasNext()) {
            throw new ImageFormatException("this Java runtime has no decoder for " + format);
        }
        return readers.next();
    }

    private static ImageSize checkedSize(javax.imageio.ImageReader reader, long fileLength)
            throws IOException {
        int height = reader.getHeight(0);
        int width = reader.getWidth(0);
        ImageSize size = new ImageSize(height, width);
        if (height <= 0 || width <= 0) {
            throw new ImageFormatException("expected an image of at least 1x1, got " + size);
        }
        long pixels = (long) height * width;
        if (pixels > (long) MAX_SIDE * MAX_SIDE) {
            throw new ImageFormatException(
                    "expected at most " + MAX_SIDE + "x" + MAX_SIDE + " pixels, got " + size);
        }
        if (pixels / MAX_PIXELS_PER_BYTE > fileLength) {
            throw new ImageFormatException(
                    "the header claims "
                            + size
                            + " pixels, more than "
                            + fileLength
                            + " bytes can hold");
        }
        return size;
    }

    /** Keeps the first warning that means lost pixels; other warnings are about metadata. */
    private static final class DamageListener implements IIOReadWarningListener {
        private String first;

        @Override
        public void warningOccurred(javax.imageio.ImageReader source, String warning) {
            String text = warning.toLowerCase(Locale.ROOT);
            boolean damage =
                    text.contains("premature")
                            || text.contains("truncated")
                            || text.contains("eof")
                            || text.contains("end of")
                            || text.contains("corrupt");
            if (damage && first == null) {
                first = warning;
            }
        }
    }
}
