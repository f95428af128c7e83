package soma.maskrcnn.data;

import soma.maskrcnn.structures.Rle;
import soma.nn.io.AtomicFiles;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Writes a data set as the competition's {@code train.csv}. */
public final class CompetitionCsvWriter {
    private CompetitionCsvWriter() {}

    /**
     * Writes {@code dataset} to {@code file}, whole or not at all: a row per object (crowds left
     * out), polygons rasterised, and one row with an empty mask for an image without objects.
     */
    public static void write(Dataset dataset, Path file) {
        AtomicFiles.write(
                file,
                out -> {
                    Writer text =
                            new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
                    text.write("id,annotation,width,height,cell_type\n");
                    String ofEmpty = classOfEmpty(dataset);
                    for (ImageRecord image : dataset.images()) {
                        write(text, dataset, image, ofEmpty);
                    }
                    text.flush();
                });
    }

    /** What stands as the class of nothing: one that the table has anyway, if it has any. */
    static String classOfEmpty(Dataset dataset) {
        OptionalInt used =
                dataset.images().stream()
                        .flatMap(image -> image.annotations().stream())
                        .mapToInt(Annotation::category)
                        .min();
        return dataset.categories().isEmpty() ? "cell" : dataset.classNames().get(used.orElse(0));
    }

    private static void write(Writer text, Dataset dataset, ImageRecord image, String ofEmpty)
            throws IOException {
        boolean any = false;
        for (Annotation annotation : image.annotations()) {
            Rle mask = annotation.segmentation().toRle(image.height(), image.width());
            if (annotation.crowd() || mask.isEmpty()) {
                continue;
            }
            any = true;
            row(
                    text,
                    image,
                    mask.toRowRuns(),
                    dataset.categories().get(annotation.category()).name());
        }
        if (!any) {
            row(text, image, "", ofEmpty);
        }
    }

    private static void row(Writer text, ImageRecord image, String runs, String category)
            throws IOException {
        text.write(CsvText.field(image.id()));
        text.write(',');
        text.write(runs);
        text.write("," + image.width() + "," + image.height() + ",");
        text.write(CsvText.field(category));
        text.write('\n');
    }
}
