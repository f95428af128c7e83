package soma.infer;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReport;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What models have found in the same images before, in files. */
public final class StoredDetections implements DetectionSource {
    private final Config config;
    private final List<StoredPredictions> sources;
    private final List<Category> categories;

    /** Files that agree; see {@link #images} and {@link #categories}. */
    public StoredDetections(
            Config config, List<StoredPredictions> sources, List<Category> categories) {
        this.config = config;
        this.sources = List.copyOf(sources);
        this.categories = List.copyOf(categories);
    }

    /**
     * Opens files of predictions, or folders of results that have them.
     *
     * @throws SomaException when one can't be read, or one is given twice
     */
    public static List<StoredPredictions> open(List<Path> paths) {
        List<StoredPredictions> sources = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        for (Path path : paths) {
            StoredPredictions source = StoredPredictions.open(path);
            if (!seen.add(source.file().toAbsolutePath().normalize())) {
                throw new SomaException(
                        source.file() + ": predictions: expected each file once, got it twice");
            }
            sources.add(source);
        }
        return sources;
    }

    /**
     * The classes of all files: those of the data set, else those that a file names.
     *
     * @param dataset that the files belong to, if it is known
     * @return none when nobody names any
     * @throws SomaException when a file has others, or has them in another order
     */
    public static List<Category> categories(
            List<StoredPredictions> sources, Optional<Dataset> dataset) {
        SequencedMap<String, List<Category>> lists = new LinkedHashMap<>();
        dataset.ifPresent(d -> lists.put(d.source().toString(), d.categories()));
        sources.forEach(s -> lists.put(s.file().toString(), s.categories()));
        return ClassLists.agreed(lists);
    }

    /**
     * The images of all files.
     *
     * @param dataset whose images they should be, if it is known; all of them are returned
     * @throws SomaException when a file has an image of another, or misses one though it lists all
     *     that were looked at, or images differ in size
     */
    public static Dataset images(List<StoredPredictions> sources, Optional<Dataset> dataset) {
        SortedMap<String, ImageSize> known = new TreeMap<>();
        String whose = "the other files";
        Optional<StoredPredictions> complete =
                sources.stream().filter(StoredPredictions::listsAllImages).findFirst();
        if (dataset.isPresent()) {
            for (ImageRecord image : dataset.get().images()) {
                known.put(image.id(), new ImageSize(image.height(), image.width()));
            }
            whose = dataset.get().source().toString();
        } else if (complete.isPresent()) {
            known = complete.get().images();
            whose = complete.get().file().toString();
        } else {
            for (StoredPredictions source : sources) {
                source.images().forEach(known::putIfAbsent);
            }
        }
        for (StoredPredictions source : sources) {
            check(source, known, whose);
        }
        return dataset.isPresent() ? dataset.get() : withoutPixels(sources, known);
    }

    private static void check(
            StoredPredictions source, SortedMap<String, ImageSize> known, String whose) {
        for (Map.Entry<String, ImageSize> image : source.images().entrySet()) {
            ImageSize size = known.get(image.getKey());
            if (size == null) {
                throw new SomaException(
                        "%s: images: expected those of %s, got %s, too"
                                .formatted(source.file(), whose, image.getKey()));
            }
            if (!size.equals(image.getValue())) {
                throw new SomaException(
                        "%s: image %s: size: expected %s as in %s, got %s"
                                .formatted(
                                        source.file(),
                                        image.getKey(),
                                        size,
                                        whose,
                                        image.getValue()));
            }
        }
        if (source.listsAllImages()) {
            for (String id : known.keySet()) {
                if (!source.images().containsKey(id)) {
                    throw new SomaException(
                            "%s: images: expected all of %s, got none of %s"
                                    .formatted(source.file(), whose, id));
                }
            }
        }
    }

    private static Dataset withoutPixels(
            List<StoredPredictions> sources, SortedMap<String, ImageSize> sizes) {
        boolean integers = sources.stream().allMatch(StoredPredictions::integerImageIds);
        List<ImageRecord> images = new ArrayList<>();
        sizes.forEach(
                (id, size) ->
                        images.add(
                                new ImageRecord(
                                        id, Path.of(""), size.height(), size.width(), List.of())));
        if (integers) {
            images.sort(Comparator.comparingLong(image -> Long.parseLong(image.id())));
        }
        return new Dataset(
                sources.getFirst().file(),
                DatasetFormat.COCO,
                images,
                List.of(),
                integers,
                Set.of(),
                DatasetReport.CLEAN);
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public int models() {
        return sources.size();
    }

    @Override
    public boolean needsPixels() {
        return false;
    }

    @Override
    public List<Instances> detect(ImageRecord image, Image8 pixels) {
        ImageSize size = new ImageSize(image.height(), image.width());
        return sources.stream().map(s -> s.read(image.id(), size, categories)).toList();
    }
}
