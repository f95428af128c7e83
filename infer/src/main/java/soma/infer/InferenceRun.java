package soma.infer;

import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.Defect;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.ensemble.PredictionChain;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.structures.Instances;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Predicts any number of images, one after another at level memory, and writes the results whole or
 * not at all.
 *
 * <p>A path that doesn't exist fails before anything is computed. An image that turns out to be
 * damaged, or of another size than its data set says, is left out of all outputs and counted; only
 * when no image at all could be predicted does the run fail.
 */
public final class InferenceRun {
    private static final int WARNINGS = 10;
    private static final String SCRATCH = "models";

    /** All that any run may leave, so that results of two runs never lie side by side. */
    private static final List<String> ENTRIES =
            Arrays.stream(OutputFormat.values()).map(OutputFormat::entry).toList();

    /**
     * Where results go.
     *
     * @param out directory, made if need be
     * @param formats what is written
     * @param force whether results of an earlier run are replaced
     * @param categories ids and names of the model's classes; empty: the data set's, else 1 to K
     */
    public record Settings(
            Path out, Set<OutputFormat> formats, boolean force, List<Category> categories) {
        /** Copies the collections. */
        public Settings {
            formats = Set.copyOf(formats);
            categories = List.copyOf(categories);
        }

        /** The default formats, nothing replaced. */
        public static Settings of(Path out) {
            return new Settings(out, OutputFormat.DEFAULT, false, List.of());
        }
    }

    /** Hears of each image that is done. */
    @FunctionalInterface
    public interface Progress {
        /** Hears nothing. */
        Progress NONE = (done, total, id, objects) -> {};

        /**
         * Called after each image.
         *
         * @param objects found in image {@code id}; -1 if it could not be predicted
         */
        void done(int done, int total, String id, int objects);
    }

    private final DetectionSource source;
    private final Function<List<Instances>, Instances> chain;
    private final Settings settings;

    /**
     * A run of a model or several, which stay open.
     *
     * @throws SomaException when the configuration's ensemble is one of another number of models,
     *     or raw detections of several models are to be written as one
     */
    public InferenceRun(DetectionSource source, Settings settings) {
        this(source, PredictionChain.from(source.config(), source.models())::apply, settings);
        if (settings.formats().contains(OutputFormat.RAW) && source.models() > 1) {
            throw new SomaException("--formats: raw: expected one model, got " + source.models());
        }
    }

    private InferenceRun(
            DetectionSource source, Function<List<Instances>, Instances> chain, Settings settings) {
        this.source = source;
        this.chain = chain;
        this.settings = settings;
    }

    /** A run of one model whose detections are neither fused nor post-processed. */
    static InferenceRun raw(Predictor predictor, Settings settings) {
        return new InferenceRun(predictor, List::getFirst, settings);
    }

    /**
     * The images of files and folders; a single path may also be an annotated data set.
     *
     * <p>An image's id is its file's name without the ending; of several with one name the second
     * gets {@code _2}, and so on.
     *
     * @throws SomaException when a path doesn't exist or there is no readable image
     */
    public static Dataset images(List<Path> paths) {
        return paths.size() == 1
                ? DatasetReader.read(paths.getFirst())
                : DatasetReader.readImages(paths);
    }

    /**
     * Runs to the end, or until {@code stop} says so.
     *
     * @throws SomaException when the output directory holds results already and is not to be
     *     overwritten, the disk is full, or no image could be predicted
     */
    public InferenceSummary run(Dataset dataset, BooleanSupplier stop, Progress progress) {
        List<Category> categories = categories(dataset);
        List<String> entries = settings.formats().stream().map(OutputFormat::entry).toList();
        long start = System.nanoTime();
        try (StagedOutput staged = StagedOutput.open(settings.out(), ENTRIES, settings.force())) {
            Tally tally = new Tally();
            tally.unreadable(dataset);
            boolean finished =
                    source.prepare(dataset, categories, staged.path(SCRATCH), stop, progress)
                            && predictAll(dataset, categories, staged, stop, progress, tally);
            if (finished) {
                if (tally.images == 0) {
                    throw new SomaException(tally.nothingDone());
                }
                staged.commit();
            }
            List<Path> outputs =
                    finished
                            ? entries.stream().sorted().map(settings.out()::resolve).toList()
                            : List.of();
            double seconds = (System.nanoTime() - start) / 1e9;
            return new InferenceSummary(
                    tally.images,
                    tally.detections,
                    tally.failed,
                    tally.warnings,
                    seconds,
                    outputs,
                    !finished);
        }
    }

    /** What has been done so far. */
    private static final class Tally {
        private int images;
        private long detections;
        private int failed;
        private final List<String> warnings = new ArrayList<>();

        void fail(String why) {
            failed++;
            if (warnings.size() < WARNINGS) {
                warnings.add(why);
            }
        }

        /** The next image's pixels; null and counted when they can't be had. */
        Image8 read(ImageRecord image, ImagePrefetch prefetch) {
            try {
                Image8 pixels = prefetch.take();
                requireSize(image, pixels);
                return pixels;
            } catch (SomaException e) {
                fail(e.getMessage());
                return null;
            }
        }

        /** Counts the files that a folder has beside its images but whose headers are damaged. */
        void unreadable(Dataset dataset) {
            var finding = dataset.report().findings().get(Defect.IMAGE_UNREADABLE);
            if (dataset.format() == DatasetFormat.IMAGES && finding != null) {
                finding.names().forEach(this::fail);
                failed += finding.count() - finding.names().size();
            }
        }

        String nothingDone() {
            return failed <= 1
                    ? String.join("", warnings)
                    : "no image could be predicted: "
                            + failed
                            + " failed, the first: "
                            + warnings.getFirst();
        }
    }

    private boolean predictAll(
            Dataset dataset,
            List<Category> categories,
            StagedOutput staged,
            BooleanSupplier stop,
            Progress progress,
            Tally tally) {
        Map<OutputFormat, Output> outputs = new EnumMap<>(OutputFormat.class);
        List<ImageRecord> images = dataset.images();
        boolean pixels = source.needsPixels() || settings.formats().contains(OutputFormat.OVERLAY);
        try (ImagePrefetch prefetch = new ImagePrefetch(pixels ? images : List.of())) {
            try {
                for (OutputFormat format : settings.formats()) {
                    outputs.put(format, open(format, dataset, categories, staged));
                }
                try (OutputThread writer = new OutputThread()) {
                    for (int i = 0; i < images.size(); i++) {
                        if (stop.getAsBoolean()) {
                            return false;
                        }
                        ImageRecord image = images.get(i);
                        Image8 read = pixels ? tally.read(image, prefetch) : null;
                        int objects =
                                pixels && read == null
                                        ? -1
                                        : predict(image, read, outputs, writer, tally);
                        progress.done(i + 1, images.size(), images.get(i).id(), objects);
                    }
                    writer.await();
                }
                return true;
            } finally {
                closeAll(outputs);
            }
        } catch (IOException e) {
            throw new SomaException(settings.out() + ": cannot write: " + e.getMessage(), e);
        }
    }

    private static void closeAll(Map<OutputFormat, Output> outputs) throws IOException {
        IOException first = null;
        for (Output output : outputs.values()) {
            try {
                output.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /**
     * Predicts one image.
     *
     * @param pixels null where nobody looks at them
     */
    private int predict(
            ImageRecord image,
            Image8 pixels,
            Map<OutputFormat, Output> outputs,
            OutputThread writer,
            Tally tally)
            throws IOException {
        List<Instances> raw = source.detect(image, pixels);
        Instances found = chain.apply(raw);
        writer.submit(
                () -> {
                    for (var output : outputs.entrySet()) {
                        boolean isRaw = output.getKey() == OutputFormat.RAW;
                        output.getValue().add(image, pixels, isRaw ? raw.getFirst() : found);
                    }
                    return null;
                });
        tally.images++;
        tally.detections += found.size();
        return found.size();
    }

    private static void requireSize(ImageRecord image, Image8 pixels) {
        if (pixels.height() != image.height() || pixels.width() != image.width()) {
            throw new SomaException(
                    image.file()
                            + ": size: expected "
                            + new ImageSize(image.height(), image.width())
                            + " as in the data set, got "
                            + new ImageSize(pixels.height(), pixels.width()));
        }
    }

    private Output open(
            OutputFormat format, Dataset dataset, List<Category> categories, StagedOutput staged)
            throws IOException {
        Path path = staged.path(format.entry());
        return switch (format) {
            case COCO -> new CocoOutput(path, categories, dataset.integerImageIds());
            case CSV -> new SubmissionOutput(path);
            case OVERLAY -> new OverlayOutput(path, categories);
            case LABELS -> new LabelOutput(path);
            case RAW -> new RawOutput(path, categories, dataset.integerImageIds());
        };
    }

    private List<Category> categories(Dataset dataset) {
        int classes = source.config().getInt("MODEL.ROI_HEADS.NUM_CLASSES", 1);
        List<Category> given =
                settings.categories().isEmpty() ? dataset.categories() : settings.categories();
        if (given.isEmpty()) {
            return Category.numbered(classes);
        }
        if (given.size() != classes) {
            throw new SomaException(
                    dataset.source()
                            + ": classes: expected "
                            + classes
                            + " as MODEL.ROI_HEADS.NUM_CLASSES, got "
                            + given.size());
        }
        return given;
    }
}
