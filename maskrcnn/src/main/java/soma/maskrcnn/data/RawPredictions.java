package soma.maskrcnn.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskPaste;
import soma.maskrcnn.structures.MaskProbabilities;
import soma.maskrcnn.structures.Rle;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Detections as the model gives them, before {@code SOMA.POST}, as a safetensors file; read image
 * by image.
 *
 * <p>Metadata: {@code soma.format} is {@value #FORMAT}; {@code categories} a JSON list of {@code
 * id, name}, by class index; {@code images} a JSON list of {@code id, height, width}; {@code
 * integer_image_ids}; {@code paste}, how probabilities come to the size of their boxes (see {@link
 * MaskPaste}). Tensors of the image at place i, absent when it has no object:
 *
 * <ul>
 *   <li>{@code i.boxes} F32 [n,4]: x1, y1, x2, y2 in pixels of the image
 *   <li>{@code i.scores} F32 [n], descending
 *   <li>{@code i.classes} I64 [n]: indices
 *   <li>{@code i.mask_counts} I64 [r]: COCO's run lengths of all masks, one after another
 *   <li>{@code i.mask_runs} I64 [n]: number of run lengths of each
 *   <li>{@code i.mask_probabilities} F32 [n,M,M], absent when they aren't known
 * </ul>
 */
public final class RawPredictions implements StoredPredictions {
    /** The name of the file among the results of a run. */
    public static final String FILE = "raw.safetensors";

    static final String FORMAT = "predictions 1";
    static final String FORMAT_KEY = "soma.format";
    static final String CATEGORIES = "categories";
    static final String IMAGES = "images";
    static final String INTEGER_IDS = "integer_image_ids";
    static final String PASTE = "paste";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final StateDict tensors;
    private final List<Category> categories = new ArrayList<>();
    private final SortedMap<String, ImageSize> images = new TreeMap<>();
    private final Map<String, Integer> places = new HashMap<>();
    private final MaskPaste paste;

    private RawPredictions(Path file, StateDict tensors) {
        this.file = file;
        this.tensors = tensors;
        if (!FORMAT.equals(tensors.metadata().get(FORMAT_KEY))) {
            throw new SomaException(
                    "%s: %s: expected %s, got %s"
                            .formatted(
                                    file,
                                    FORMAT_KEY,
                                    FORMAT,
                                    tensors.metadata().getOrDefault(FORMAT_KEY, "nothing")));
        }
        for (JsonNode c : list(CATEGORIES)) {
            if (!c.path("id").isIntegralNumber() || !c.path("name").isTextual()) {
                throw damaged(CATEGORIES, "a list of id and name", c);
            }
            categories.add(new Category(c.get("id").asLong(), c.get("name").asText()));
        }
        for (JsonNode i : list(IMAGES)) {
            ImageSize size = new ImageSize(i.path("height").asInt(), i.path("width").asInt());
            if (!i.path("id").isTextual() || size.height() < 1 || size.width() < 1) {
                throw damaged(IMAGES, "a list of id, height and width", i);
            }
            String id = i.get("id").asText();
            places.put(id, places.size());
            if (images.put(id, size) != null) {
                throw new SomaException(
                        "%s: images: expected each once, got %s twice".formatted(file, id));
            }
        }
        String name = tensors.metadata().get(PASTE);
        this.paste =
                Arrays.stream(MaskPaste.values())
                        .filter(p -> p.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () -> damaged(PASTE, Arrays.toString(MaskPaste.values()), name));
    }

    static RawPredictions open(Path file) {
        return new RawPredictions(file, Safetensors.read(file));
    }

    private JsonNode list(String key) {
        String text = tensors.metadata().getOrDefault(key, "");
        try {
            JsonNode list = JSON.readTree(text);
            if (!list.isArray()) {
                throw damaged(key, "a list", text);
            }
            return list;
        } catch (JsonProcessingException e) {
            throw new SomaException("%s: %s: expected a list, got no JSON".formatted(file, key), e);
        }
    }

    private SomaException damaged(String what, String expected, Object got) {
        return new SomaException(
                "%s: %s: expected %s, got %s".formatted(file, what, expected, got));
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<Category> categories() {
        return Collections.unmodifiableList(categories);
    }

    @Override
    public SortedMap<String, ImageSize> images() {
        return Collections.unmodifiableSortedMap(images);
    }

    @Override
    public boolean listsAllImages() {
        return true;
    }

    @Override
    public boolean integerImageIds() {
        return Boolean.parseBoolean(tensors.metadata().get(INTEGER_IDS));
    }

    @Override
    public Instances read(String imageId, ImageSize size, List<Category> classes) {
        if (!categories.equals(classes)) {
            throw damaged(CATEGORIES, classes.toString(), categories);
        }
        Integer place = places.get(imageId);
        if (place != null && !images.get(imageId).equals(size)) {
            throw damaged("image " + imageId + ": size", size.toString(), images.get(imageId));
        }
        if (place == null || !tensors.contains(place + ".scores")) {
            return Instances.none(size.height(), size.width());
        }
        float[] scores = require(place, "scores").floats();
        float[] boxes = require(place, "boxes").floats();
        long[] labels = require(place, "classes").longs();
        Optional<MaskProbabilities> probabilities = probabilities(place);
        int n = scores.length;
        if (boxes.length != 4 * n
                || labels.length != n
                || probabilities.map(MaskProbabilities::size).orElse(n) != n) {
            throw damaged(
                    "image " + imageId,
                    n + " boxes, classes and masks, as scores",
                    boxes.length / 4 + " and " + labels.length + " and others");
        }
        int[] indices = new int[n];
        for (int i = 0; i < n; i++) {
            if (!(scores[i] >= 0 && scores[i] <= 1)) {
                throw damaged("image " + imageId + ": score", "0 to 1", scores[i]);
            }
            if (labels[i] < 0 || labels[i] >= classes.size()) {
                String known = "0 to " + (classes.size() - 1);
                throw damaged("image " + imageId + ": class", known, labels[i]);
            }
            indices[i] = (int) labels[i];
        }
        for (float b : boxes) {
            if (!Float.isFinite(b)) {
                throw damaged("image " + imageId + ": box", "finite numbers", b);
            }
        }
        return new Instances(
                size.height(),
                size.width(),
                boxes,
                scores,
                indices,
                masks(imageId, place, size, n),
                probabilities.orElse(null));
    }

    private HostTensor require(int place, String name) {
        return tensors.require(place + "." + name);
    }

    private Optional<MaskProbabilities> probabilities(int place) {
        HostTensor values = tensors.get(place + ".mask_probabilities");
        if (values == null) {
            return Optional.empty();
        }
        int[] dims = values.shape().dims();
        if (dims.length != 3 || dims[1] != dims[2]) {
            throw damaged(place + ".mask_probabilities", "[n,M,M]", values.shape());
        }
        return Optional.of(new MaskProbabilities(dims[1], values.floats(), paste));
    }

    private List<Rle> masks(String imageId, int place, ImageSize size, int n) {
        long[] counts = require(place, "mask_counts").longs();
        long[] runs = require(place, "mask_runs").longs();
        if (runs.length != n || Arrays.stream(runs).sum() != counts.length) {
            throw damaged(
                    "image " + imageId + ": mask_runs", "those of " + n + " masks", runs.length);
        }
        List<Rle> masks = new ArrayList<>();
        int at = 0;
        for (long run : runs) {
            if (run < 0 || run > counts.length - at) {
                throw damaged("image " + imageId + ": mask_runs", "no negative numbers", run);
            }
            int[] own = new int[(int) run];
            for (int i = 0; i < own.length; i++) {
                own[i] = (int) Math.clamp(counts[at++], -1L, Integer.MAX_VALUE);
            }
            try {
                masks.add(Rle.of(size.height(), size.width(), own));
            } catch (SomaException e) {
                throw new SomaException(
                        "%s: image %s: %s".formatted(file, imageId, e.getMessage()), e);
            }
        }
        return masks;
    }
}
