package soma.maskrcnn.data;

import soma.maskrcnn.structures.Rle;
import soma.nn.io.AtomicFiles;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The content of the competition's {@code submission.csv}: masks by image, without classes and
 * scores.
 *
 * @param masks masks by image id, in the order of the file; an image without masks has an empty
 *     list
 * @param unknownImages ids in the file that the data set doesn't have; left out
 */
public record Submission(Map<String, List<Rle>> masks, Set<String> unknownImages) {
    /** Keeps the order of the images. */
    public Submission {
        masks = Collections.unmodifiableMap(new LinkedHashMap<>(masks));
        unknownImages = Set.copyOf(unknownImages);
    }

    /**
     * Reads a submission; the sizes of its masks are those of {@code dataset}'s images.
     *
     * @throws SomaException when a row is malformed or its runs leave the image
     */
    public static Submission read(Path file, Dataset dataset) {
        Map<String, ImageRecord> images = dataset.imagesById();
        Map<String, List<Rle>> masks = new LinkedHashMap<>();
        Set<String> unknown = new TreeSet<>();
        CsvTable.read(
                file,
                List.of("id", "predicted"),
                table -> {
                    String id = table.get("id");
                    ImageRecord image = images.get(id);
                    if (image == null) {
                        unknown.add(id);
                        return;
                    }
                    List<Rle> ofImage = masks.computeIfAbsent(id, key -> new ArrayList<>());
                    String runs = table.get("predicted");
                    if (!runs.isEmpty()) {
                        ofImage.add(mask(file, table, image, runs));
                    }
                });
        return new Submission(masks, unknown);
    }

    private static Rle mask(Path file, CsvTable table, ImageRecord image, String runs) {
        try {
            return Rle.fromRowRuns(image.height(), image.width(), runs);
        } catch (SomaException e) {
            throw new SomaException(
                    file + ": line " + table.line() + ": predicted: " + e.getMessage(), e);
        }
    }

    /** Writes the submission to {@code file}, whole or not at all. */
    public void write(Path file) {
        AtomicFiles.write(
                file,
                out -> {
                    try (SubmissionWriter writer = new SubmissionWriter(out)) {
                        for (Map.Entry<String, List<Rle>> image : masks.entrySet()) {
                            writer.add(image.getKey(), image.getValue());
                        }
                    }
                });
    }
}
