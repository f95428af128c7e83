package soma.maskrcnn.data;

import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A COCO results file: categories by their ids, and no image without objects. */
final class ResultPredictions implements StoredPredictions {
    private final Path file;
    private final boolean integerImageIds;
    private final SortedMap<String, ImageSize> images = new TreeMap<>();
    private final Map<String, List<Prediction>> byImage = new HashMap<>();

    ResultPredictions(Path file, CocoResults results) {
        this.file = file;
        this.integerImageIds = results.integerImageIds();
        Set<List<Object>> seen = new HashSet<>();
        for (Prediction p : results.predictions()) {
            if (p.mask() == null) {
                throw new SomaException(
                        "%s: image %s: segmentation: expected a mask for each detection, got none"
                                .formatted(file, p.imageId()));
            }
            if (!seen.add(List.of(p.imageId(), p.categoryId(), p.score(), p.mask()))) {
                throw new SomaException(
                        "%s: image %s: detections: expected each once, got one of score %s twice"
                                .formatted(file, p.imageId(), p.score()));
            }
            ImageSize size = new ImageSize(p.mask().height(), p.mask().width());
            ImageSize before = images.putIfAbsent(p.imageId(), size);
            if (before != null && !before.equals(size)) {
                throw size(p.imageId(), before, size);
            }
            byImage.computeIfAbsent(p.imageId(), _ -> new ArrayList<>()).add(p);
        }
    }

    static ResultPredictions open(Path file) {
        return new ResultPredictions(file, CocoResults.read(file));
    }

    private SomaException size(String image, ImageSize expected, ImageSize got) {
        return new SomaException(
                "%s: image %s: size of the masks: expected %s, got %s"
                        .formatted(file, image, expected, got));
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<Category> categories() {
        return List.of();
    }

    @Override
    public SortedMap<String, ImageSize> images() {
        return Collections.unmodifiableSortedMap(images);
    }

    @Override
    public boolean listsAllImages() {
        return false;
    }

    @Override
    public boolean integerImageIds() {
        return integerImageIds;
    }

    @Override
    public Instances read(String imageId, ImageSize size, List<Category> categories) {
        List<Prediction> found = new ArrayList<>(byImage.getOrDefault(imageId, List.of()));
        if (!found.isEmpty() && !size.equals(images.get(imageId))) {
            throw size(imageId, size, images.get(imageId));
        }
        // Among equal scores, the order of the file stays.
        found.sort(Comparator.comparingDouble(Prediction::score).reversed());
        List<Long> ids = categories.stream().map(Category::id).toList();
        float[] boxes = new float[4 * found.size()];
        float[] scores = new float[found.size()];
        int[] classes = new int[found.size()];
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Prediction p = found.get(i);
            if (!(p.score() >= 0 && p.score() <= 1)) {
                throw new SomaException(
                        "%s: image %s: score: expected 0 to 1, got %s"
                                .formatted(file, imageId, p.score()));
            }
            classes[i] = ids.indexOf(p.categoryId());
            if (classes[i] < 0) {
                throw new SomaException(
                        "%s: image %s: category_id: expected one of %s, got %d"
                                .formatted(file, imageId, ids, p.categoryId()));
            }
            double[] xywh = Objects.requireNonNull(p.box());
            boxes[4 * i] = (float) xywh[0];
            boxes[4 * i + 1] = (float) xywh[1];
            boxes[4 * i + 2] = (float) (xywh[0] + xywh[2]);
            boxes[4 * i + 3] = (float) (xywh[1] + xywh[3]);
            scores[i] = (float) p.score();
            masks.add(p.mask());
        }
        return new Instances(size.height(), size.width(), boxes, scores, classes, masks);
    }
}
