package soma.maskrcnn.data;

import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Reads the competition's {@code train.csv}: a row per object, run lengths row-major and from 1.
 */
final class CompetitionCsvReader {
    /** The competition's classes in the order in which its models number them. */
    private static final List<String> COMPETITION_CLASSES = List.of("shsy5y", "astro", "cort");

    private record Row(String imageId, Rle mask, String cellType, int line) {}

    private CompetitionCsvReader() {}

    /** Whether the competition has a class of that name. */
    static boolean knows(String cellType) {
        return COMPETITION_CLASSES.contains(cellType);
    }

    static Dataset read(Path file, Optional<Path> imagesDir) {
        Path folder = imagesDir.orElseGet(() -> defaultFolder(file));
        DatasetBuilder builder = new DatasetBuilder(file, DatasetFormat.CSV);
        List<Row> rows = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        CsvTable.read(
                file,
                List.of("id", "annotation", "width", "height"),
                table -> row(table, folder, builder, rows, names));
        List<String> classes = classes(names);
        Map<String, Integer> indices = new HashMap<>();
        List<Category> categories = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            indices.put(classes.get(i), i);
            categories.add(new Category(i + 1, classes.get(i)));
        }
        builder.categories(categories);
        long id = 0;
        for (Row row : rows) {
            id++;
            builder.mask(
                    row.imageId(),
                    id,
                    indices.get(row.cellType()),
                    row.mask(),
                    name(row.line(), row.imageId()));
        }
        return builder.buildAlsoEmpty();
    }

    private static void row(
            CsvTable table,
            Path folder,
            DatasetBuilder builder,
            List<Row> rows,
            TreeSet<String> names) {
        String imageId = table.get("id");
        if (imageId.isEmpty() || imageId.contains("/") || imageId.contains("\\")) {
            throw table.expected("id", "the name of an image");
        }
        int width = table.positive("width");
        int height = table.positive("height");
        if (!builder.hasImage(imageId)) {
            builder.image(imageId, locate(table, folder, imageId), height, width);
        }
        String cellType = table.has("cell_type") ? table.get("cell_type") : "cell";
        String name = name(table.line(), imageId);
        if (cellType.isEmpty()) {
            builder.defect(Defect.UNKNOWN_CATEGORY, name);
            return;
        }
        if (table.has("cell_type") && !COMPETITION_CLASSES.contains(cellType)) {
            builder.defect(Defect.FOREIGN_CLASS, name + " (" + cellType + ")");
        }
        names.add(cellType);
        String runs = table.get("annotation");
        if (runs.isEmpty()) {
            // An image that has nothing in it.
            return;
        }
        if (builder.height(imageId) != height || builder.width(imageId) != width) {
            builder.defect(Defect.MASK_SIZE, name);
            return;
        }
        try {
            rows.add(
                    new Row(imageId, Rle.fromRowRuns(height, width, runs), cellType, table.line()));
        } catch (SomaException e) {
            builder.defect(Defect.BAD_RUNS, name + " (" + e.getMessage() + ")");
        }
    }

    private static Path locate(CsvTable table, Path folder, String imageId) {
        try {
            return ImageFiles.byStem(folder, imageId);
        } catch (InvalidPathException e) {
            throw table.expected("id", "the name of an image");
        }
    }

    private static String name(int line, String imageId) {
        return "line " + line + " of image " + imageId;
    }

    /** Returns the classes, in their order, of a table in which these names occur. */
    static List<String> classes(TreeSet<String> names) {
        return COMPETITION_CLASSES.containsAll(names) ? COMPETITION_CLASSES : List.copyOf(names);
    }

    /**
     * The folder where the images of a table are looked for. The competition has {@code train/}
     * beside {@code train.csv}; here {@code images/} is as usual.
     */
    static Path defaultFolder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        for (String name : List.of("images", ImageFiles.stem(file))) {
            if (Files.isDirectory(parent.resolve(name))) {
                return parent.resolve(name);
            }
        }
        return parent;
    }
}
