package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonToken;

import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a COCO JSON file of instances as a stream, its sections in any order. */
final class CocoReader {
    private final Path file;
    private final Optional<Path> imagesDir;

    /** Of an annotation that has none; ids count from 1, but some files from 0. */
    private static final long NO_ID = Long.MIN_VALUE;

    private final DatasetBuilder builder;
    private final List<RawAnnotation> annotations = new ArrayList<>();
    private final Map<Long, String> categories = new HashMap<>();
    private final Map<Long, Integer> indices = new HashMap<>();
    private final Set<Long> ids = new HashSet<>();
    private boolean integerIds = true;

    private record RawAnnotation(
            long id,
            String imageId,
            long category,
            double[] bbox,
            boolean crowd,
            double area,
            RawSegmentation segmentation) {}

    private CocoReader(Path file, Optional<Path> imagesDir) {
        this.file = file;
        this.imagesDir = imagesDir;
        this.builder = new DatasetBuilder(file, DatasetFormat.COCO);
    }

    static Dataset read(Path file, Optional<Path> imagesDir) {
        CocoReader reader = new CocoReader(file, imagesDir);
        return JsonCursor.read(file, reader::dataset);
    }

    private Dataset dataset(JsonCursor json) throws IOException {
        if (json.token() == JsonToken.START_ARRAY) {
            throw json.expected("an object with images, annotations and categories");
        }
        json.requireObject();
        boolean images = false;
        boolean objects = false;
        String field;
        while ((field = json.nextField()) != null) {
            switch (field) {
                case "images" -> {
                    images = true;
                    json.requireArray();
                    while (json.next() != JsonToken.END_ARRAY) {
                        image(json);
                    }
                }
                case "annotations" -> {
                    objects = true;
                    json.requireArray();
                    while (json.next() != JsonToken.END_ARRAY) {
                        annotations.add(annotation(json));
                    }
                }
                case "categories" -> {
                    json.requireArray();
                    while (json.next() != JsonToken.END_ARRAY) {
                        category(json);
                    }
                }
                default -> json.skip();
            }
        }
        if (!images) {
            throw json.missing("images");
        }
        if (objects && categories.isEmpty()) {
            throw json.missing("categories");
        }
        List<Category> sorted =
                categories.entrySet().stream()
                        .map(entry -> new Category(entry.getKey(), entry.getValue()))
                        .sorted(Comparator.comparingLong(Category::id))
                        .toList();
        for (int i = 0; i < sorted.size(); i++) {
            indices.put(sorted.get(i).id(), i);
        }
        builder.categories(sorted);
        builder.integerImageIds(integerIds);
        for (int i = 0; i < annotations.size(); i++) {
            // Each raw annotation is let go as soon as it is checked, so that only one form is
            // held.
            add(annotations.set(i, null), i + 1);
        }
        return builder.build();
    }

    private void image(JsonCursor json) throws IOException {
        json.requireObject();
        String id = null;
        String name = null;
        int height = 0;
        int width = 0;
        String field;
        while ((field = json.nextField()) != null) {
            switch (field) {
                case "id" -> {
                    id = json.idText();
                    integerIds &= json.isInteger();
                }
                case "file_name" -> name = json.string();
                case "height" -> height = json.positive();
                case "width" -> width = json.positive();
                default -> json.skip();
            }
        }
        if (id == null) {
            throw json.missing("id");
        }
        if (name == null) {
            throw json.missing("file_name");
        }
        Path path = locate(name);
        if (height == 0 || width == 0) {
            if (!Files.isRegularFile(path)) {
                throw json.missing(height == 0 ? "height" : "width");
            }
            ImageSize size = ImageReader.readSize(path);
            height = size.height();
            width = size.width();
        }
        builder.image(id, path, height, width);
    }

    /**
     * Looks beside the JSON file, or in the folder given: under the name as it stands, or its last
     * part.
     */
    private Path locate(String name) {
        Path folder = imagesDir.orElseGet(() -> file.toAbsolutePath().getParent());
        try {
            Path path = folder.resolve(name);
            if (Path.of(name).normalize().startsWith("..") && !isImage(path)) {
                builder.defect(Defect.PATH_OUTSIDE, name);
                return folder.resolve(path.getFileName());
            }
            if (Files.isRegularFile(path)) {
                return path;
            }
            Path last = path.getFileName();
            Path flat = last == null ? path : folder.resolve(last);
            return Files.isRegularFile(flat) ? flat : path;
        } catch (InvalidPathException e) {
            throw new SomaException(
                    file
                            + ": images: file_name: expected a path, got one with characters that"
                            + " no file name has",
                    e);
        }
    }

    /** Whether there is an image; names may lead to one elsewhere, but not to any other file. */
    private static boolean isImage(Path path) {
        try {
            ImageReader.readSize(path);
            return true;
        } catch (SomaException e) {
            return false;
        }
    }

    private void category(JsonCursor json) throws IOException {
        json.requireObject();
        Long id = null;
        String name = null;
        String field;
        while ((field = json.nextField()) != null) {
            switch (field) {
                case "id" -> id = json.integer();
                case "name" -> name = json.string();
                default -> json.skip();
            }
        }
        if (id == null) {
            throw json.missing("id");
        }
        if (categories.putIfAbsent(id, name == null ? "class " + id : name) != null) {
            throw new SomaException(
                    file + ": categories: id: expected each once, got " + id + " twice");
        }
    }

    private RawAnnotation annotation(JsonCursor json) throws IOException {
        json.requireObject();
        long id = NO_ID;
        String imageId = null;
        Long category = null;
        double[] bbox = null;
        boolean crowd = false;
        double area = Double.NaN;
        RawSegmentation segmentation = null;
        String field;
        while ((field = json.nextField()) != null) {
            switch (field) {
                case "id" -> {
                    if (json.isInteger()) {
                        id = json.integer();
                    } else {
                        json.skip();
                    }
                }
                case "image_id" -> imageId = json.idText();
                case "category_id" -> category = json.integer();
                case "bbox" -> {
                    if (!json.isNull()) {
                        bbox = json.numbers();
                    }
                }
                case "iscrowd" -> crowd = json.flag();
                case "area" -> area = json.isNull() ? Double.NaN : json.number();
                case "segmentation" -> segmentation = RawSegmentation.read(json);
                default -> json.skip();
            }
        }
        if (imageId == null) {
            throw json.missing("image_id");
        }
        if (category == null) {
            throw json.missing("category_id");
        }
        return new RawAnnotation(id, imageId, category, bbox, crowd, area, segmentation);
    }

    private void add(RawAnnotation raw, int place) {
        long id = raw.id() != 0 ? raw.id() : place;
        String name = "annotation " + id + " of image " + raw.imageId();
        if (raw.id() == NO_ID) {
            id = place;
            name = "annotation in place " + place + " of image " + raw.imageId();
            builder.defect(Defect.NO_ID, name);
        } else if (!ids.add(raw.id())) {
            builder.defect(Defect.DUPLICATE_ANNOTATION, name);
        }
        if (!builder.hasImage(raw.imageId())) {
            builder.defect(Defect.UNKNOWN_IMAGE, name);
            return;
        }
        Integer category = indices.get(raw.category());
        if (category == null) {
            builder.defect(Defect.UNKNOWN_CATEGORY, name + " (category " + raw.category() + ")");
            return;
        }
        int height = builder.height(raw.imageId());
        int width = builder.width(raw.imageId());
        Segmentation segmentation;
        try {
            segmentation = RawSegmentation.resolve(raw.segmentation(), height, width);
        } catch (RawSegmentation.UnusableException e) {
            builder.defect(e.defect(), name + " (" + e.getMessage() + ")");
            return;
        }
        double[] bbox = raw.bbox();
        double area = raw.area();
        boolean badBox = bbox != null && !isBox(bbox);
        if (bbox == null || badBox || Double.isNaN(area)) {
            Rle mask = segmentation.toRle(height, width);
            bbox = bbox == null || badBox ? mask.bbox() : bbox;
            area = Double.isNaN(area) ? mask.area() : area;
        }
        if (badBox) {
            builder.defect(Defect.BAD_BOX, name);
        }
        builder.annotation(
                raw.imageId(),
                new Annotation(id, category, bbox, raw.crowd(), segmentation, area),
                name);
    }

    private static boolean isBox(double[] bbox) {
        if (bbox.length != 4 || bbox[2] < 0 || bbox[3] < 0) {
            return false;
        }
        for (double value : bbox) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
