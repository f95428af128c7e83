package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads a data set of any supported form, told apart by its content.
 *
 * <p>Defects that leave something to work with are counted in the data set's report; a file that
 * can't be read, invalid JSON or CSV, and a data set without images are failures that name the file
 * and the field.
 */
public final class DatasetReader {
    private static final int HEAD = 4096;

    private DatasetReader() {}

    /**
     * Reads a data set.
     *
     * @param data a file or a folder
     * @param imagesDir where the images of a JSON or CSV file are, when not beside it
     * @param format the form, when it shall not be guessed
     * @throws SomaException when it can't be read, or there is no image in it
     */
    public static Dataset read(
            Path data, Optional<Path> imagesDir, Optional<DatasetFormat> format) {
        if (!Files.exists(data)) {
            throw new SomaException(
                    data + ": data set: expected a file or a folder, got nothing there");
        }
        imagesDir.ifPresent(
                folder -> {
                    if (!Files.isDirectory(folder)) {
                        throw new SomaException(
                                folder + ": images: expected a folder, got none there");
                    }
                });
        DatasetFormat form = format.orElseGet(() -> recognise(data));
        boolean wantsFile = form == DatasetFormat.COCO || form == DatasetFormat.CSV;
        if (wantsFile && Files.isDirectory(data)) {
            throw new SomaException(data + ": data set: expected a file, got a folder");
        }
        if (!wantsFile && form != DatasetFormat.IMAGES && !Files.isDirectory(data)) {
            throw new SomaException(data + ": data set: expected a folder, got a file");
        }
        return switch (form) {
            case COCO -> CocoReader.read(data, imagesDir);
            case CSV -> CompetitionCsvReader.read(data, imagesDir);
            case DSB2018 -> Dsb2018Reader.read(data);
            case LABELS -> LabelFolderReader.read(data);
            case IMAGES -> ImageFolderReader.read(data, List.of(data));
        };
    }

    /** Reads a data set, its form guessed and its images beside it. */
    public static Dataset read(Path data) {
        return read(data, Optional.empty(), Optional.empty());
    }

    /**
     * Takes image files, and the images of folders, as a data set without annotations and classes.
     *
     * @throws SomaException when a path doesn't exist, or there is no image at all
     */
    public static Dataset readImages(List<Path> paths) {
        if (paths.isEmpty()) {
            throw new SomaException("images: expected at least one file or folder, got none");
        }
        return ImageFolderReader.read(paths.getFirst(), paths);
    }

    /**
     * Tells the form of a data set by its content.
     *
     * @throws SomaException when it is of no known form
     */
    public static DatasetFormat recognise(Path data) {
        return Files.isDirectory(data) ? recogniseFolder(data) : recogniseFile(data);
    }

    private static DatasetFormat recogniseFolder(Path folder) {
        if (LabelFolderReader.recognises(folder)) {
            return DatasetFormat.LABELS;
        }
        if (!ImageFiles.images(folder).isEmpty()) {
            return DatasetFormat.IMAGES;
        }
        if (Dsb2018Reader.recognises(folder)) {
            return DatasetFormat.DSB2018;
        }
        String candidates =
                ImageFiles.list(folder).stream()
                        .map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".json") || name.endsWith(".csv"))
                        .collect(Collectors.joining(", "));
        throw new SomaException(
                folder
                        + ": data set: expected images, or folders <id>/images, got neither"
                        + (candidates.isEmpty() ? "" : "; give one of its files: " + candidates));
    }

    private static DatasetFormat recogniseFile(Path file) {
        String head = head(file);
        if (head.startsWith("{")) {
            return DatasetFormat.COCO;
        }
        String header = head.lines().findFirst().orElse("");
        List<String> columns = List.of(header.replace("\"", "").split("\\s*,\\s*"));
        if (columns.contains("id") && columns.contains("annotation")) {
            return DatasetFormat.CSV;
        }
        if (ImageFiles.isImage(file)) {
            return DatasetFormat.IMAGES;
        }
        String got =
                head.startsWith("[")
                        ? "a JSON list (predictions?)"
                        : columns.contains("predicted") ? "a submission" : "something else";
        throw new SomaException(
                file
                        + ": data set: expected a COCO JSON object or a CSV with the columns"
                        + " id,annotation,width,height, got "
                        + got);
    }

    private static String head(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(HEAD), StandardCharsets.UTF_8);
            return text.replace("\ufeff", "").stripLeading();
        } catch (IOException e) {
            throw new SomaException(file + ": cannot read: " + e.getMessage(), e);
        }
    }
}
