package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.image.LabelImage;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a folder of the Data Science Bowl 2018: {@code <id>/images/*.png} and a file per object in
 * {@code <id>/masks}.
 */
final class Dsb2018Reader {
    private Dsb2018Reader() {}

    /** Whether {@code folder} holds a folder per image. */
    static boolean recognises(Path folder) {
        return ImageFiles.list(folder).stream().anyMatch(Dsb2018Reader::isImageFolder);
    }

    private static boolean isImageFolder(Path folder) {
        return Files.isDirectory(folder.resolve("images"))
                && !ImageFiles.images(folder.resolve("images")).isEmpty();
    }

    /** A mask file as read, or why it can't be used. */
    private record MaskFile(Path file, Rle mask, Defect defect, String trouble) {}

    static Dataset read(Path folder) {
        DatasetBuilder builder = new DatasetBuilder(folder, DatasetFormat.DSB2018);
        builder.categories(List.of(new Category(1, "nucleus")));
        long id = 0;
        for (Path entry : ImageFiles.list(folder)) {
            if (!Files.isDirectory(entry) || !isImageFolder(entry)) {
                continue;
            }
            String imageId = entry.getFileName().toString();
            Path image = ImageFiles.images(entry.resolve("images")).getFirst();
            ImageSize size;
            try {
                size = ImageReader.readSize(image);
            } catch (SomaException e) {
                builder.defect(Defect.IMAGE_UNREADABLE, e.getMessage());
                continue;
            }
            builder.image(imageId, image, size.height(), size.width());
            if (!Files.isDirectory(entry.resolve("masks"))) {
                continue;
            }
            List<MaskFile> masks =
                    ImageFiles.images(entry.resolve("masks")).parallelStream()
                            .map(file -> mask(file, size))
                            .toList();
            for (MaskFile mask : masks) {
                if (mask.mask() == null) {
                    builder.defect(mask.defect(), mask.trouble());
                } else {
                    builder.mask(imageId, ++id, 0, mask.mask(), mask.file().toString());
                }
            }
        }
        return builder.build();
    }

    private static MaskFile mask(Path file, ImageSize size) {
        try {
            LabelImage image = ImageReader.readLabels(file);
            if (image.height() != size.height() || image.width() != size.width()) {
                return new MaskFile(file, null, Defect.MASK_SIZE, file.toString());
            }
            byte[] bitmap = new byte[image.labels().length];
            for (int i = 0; i < bitmap.length; i++) {
                bitmap[i] = (byte) (image.labels()[i] != 0 ? 1 : 0);
            }
            Rle mask = Rle.encode(bitmap, size.height(), size.width());
            return new MaskFile(file, mask, null, "");
        } catch (SomaException e) {
            return new MaskFile(file, null, Defect.MASK_UNREADABLE, e.getMessage());
        }
    }
}
