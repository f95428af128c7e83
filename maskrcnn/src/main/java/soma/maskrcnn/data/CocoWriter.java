package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonGenerator;

import soma.nn.io.AtomicFiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a data set as a COCO JSON file. */
public final class CocoWriter {
    private final Dataset dataset;
    private final Path folder;

    private CocoWriter(Dataset dataset, Path folder) {
        this.dataset = dataset;
        this.folder = folder;
    }

    /**
     * Writes {@code dataset} to {@code file}, whole or not at all; file names are relative to it
     * where they can be. An image that isn't there has no place to lead to: its name is the one
     * that it has beside the data set's source.
     */
    public static void write(Dataset dataset, Path file) {
        CocoWriter writer = new CocoWriter(dataset, file.toAbsolutePath().normalize().getParent());
        AtomicFiles.write(
                file,
                out -> {
                    try (JsonGenerator json = CocoJson.generator(out)) {
                        writer.write(json);
                    }
                });
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("images");
        for (ImageRecord image : dataset.images()) {
            json.writeStartObject();
            CocoJson.writeId(json, "id", image.id(), dataset.integerImageIds());
            json.writeNumberField("width", image.width());
            json.writeNumberField("height", image.height());
            json.writeStringField("file_name", relative(image.file()));
            json.writeEndObject();
            json.writeRaw('\n');
        }
        json.writeEndArray();
        json.writeArrayFieldStart("annotations");
        for (ImageRecord image : dataset.images()) {
            for (Annotation annotation : image.annotations()) {
                write(json, image, annotation);
                json.writeRaw('\n');
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("categories");
        for (Category category : dataset.categories()) {
            json.writeStartObject();
            json.writeNumberField("id", category.id());
            json.writeStringField("name", category.name());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private void write(JsonGenerator json, ImageRecord image, Annotation annotation)
            throws IOException {
        json.writeStartObject();
        json.writeNumberField("id", annotation.id());
        CocoJson.writeId(json, "image_id", image.id(), dataset.integerImageIds());
        json.writeNumberField("category_id", dataset.categories().get(annotation.category()).id());
        json.writeFieldName("bbox");
        CocoJson.writeNumbers(json, annotation.bbox());
        json.writeFieldName("area");
        CocoJson.writeNumber(json, annotation.area());
        json.writeNumberField("iscrowd", annotation.crowd() ? 1 : 0);
        json.writeFieldName("segmentation");
        switch (annotation.segmentation()) {
            case Segmentation.OfRle mask -> CocoJson.writeMask(json, mask.rle());
            case Segmentation.OfPolygons outline -> {
                json.writeStartArray();
                for (double[] ring : outline.polygons().rings()) {
                    CocoJson.writeNumbers(json, ring);
                }
                json.writeEndArray();
            }
        }
        json.writeEndObject();
    }

    private String relative(Path image) {
        Path absolute = image.toAbsolutePath().normalize();
        if (!absolute.startsWith(folder) && !Files.exists(absolute)) {
            Path origin = dataset.source().toAbsolutePath().normalize().getParent();
            boolean below = origin != null && absolute.startsWith(origin);
            Path name = below ? origin.relativize(absolute) : absolute.getFileName();
            return name.toString().replace('\\', '/');
        }
        boolean sameRoot = folder.getRoot().equals(absolute.getRoot());
        return (sameRoot ? folder.relativize(absolute) : absolute).toString().replace('\\', '/');
    }
}
