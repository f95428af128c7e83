package soma.maskrcnn.tune;

import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReport;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.Rle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Small images with objects and detections near some of them. */
final class RandomScenes {
    static final int SIZE = 24;

    private final Random random;
    private final int classes;

    RandomScenes(long seed, int classes) {
        this.random = new Random(seed);
        this.classes = classes;
    }

    /** A lumpy blob, at times with a hole or in parts. */
    Rle blob(int x, int y, int size) {
        boolean[] pixels = new boolean[SIZE * SIZE];
        for (int row = Math.max(0, y); row < Math.min(SIZE, y + size); row++) {
            for (int column = Math.max(0, x); column < Math.min(SIZE, x + size); column++) {
                pixels[row * SIZE + column] = random.nextInt(8) > 0;
            }
        }
        return Rle.encode(pixels, SIZE, SIZE);
    }

    /** Rectangles; they may overlap. */
    List<Rle> truths(int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        i -> {
                            int x = random.nextInt(SIZE - 6);
                            int y = random.nextInt(SIZE - 6);
                            int side = 3 + random.nextInt(6);
                            return Rle.box(SIZE, SIZE, x, y, x + side, y + side);
                        })
                .toList();
    }

    /** Detections, most of them near an object, in descending order of unlike scores. */
    Instances found(List<Rle> truths, int count) {
        List<Rle> masks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (truths.isEmpty() || random.nextInt(4) == 0) {
                masks.add(blob(random.nextInt(SIZE), random.nextInt(SIZE), 1 + random.nextInt(9)));
            } else {
                var bounds = truths.get(random.nextInt(truths.size())).bounds();
                int x = bounds.x0() + random.nextInt(3) - 1;
                int y = bounds.y0() + random.nextInt(3) - 1;
                masks.add(blob(x, y, bounds.width() + random.nextInt(3) - 1));
            }
        }
        float[] boxes = new float[4 * count];
        float[] scores = new float[count];
        int[] labels = new int[count];
        List<Float> descending =
                random.doubles().limit(count).boxed().map(Double::floatValue).sorted().toList();
        for (int i = 0; i < count; i++) {
            var bounds = masks.get(i).bounds();
            boxes[4 * i] = bounds.x0() + random.nextFloat() / 2;
            boxes[4 * i + 1] = bounds.y0() + random.nextFloat() / 2;
            boxes[4 * i + 2] = bounds.x1() + random.nextFloat();
            boxes[4 * i + 3] = bounds.y1() + random.nextFloat();
            scores[i] = descending.get(count - 1 - i);
            labels[i] = random.nextInt(classes);
        }
        return new Instances(SIZE, SIZE, boxes, scores, labels, masks);
    }

    /** Any settings. */
    Settings settings() {
        List<Double> scores = new ArrayList<>();
        List<Integer> pixels = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            scores.add(random.nextInt(3) == 0 ? 0 : random.nextDouble());
            pixels.add(random.nextInt(3) == 0 ? 0 : random.nextInt(40));
        }
        PostConfig post =
                new PostConfig(
                        scores,
                        pixels,
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean());
        return new Settings(post, random.nextInt(3) == 0 ? 1 : random.nextDouble());
    }

    /** Images with objects and the detections of models. */
    TuningSet set(int images, int objects, int detections, int models) {
        List<ImageRecord> records = new ArrayList<>();
        List<List<Instances>> found = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            List<Rle> truths = truths(random.nextInt(objects + 1));
            List<Annotation> annotations = new ArrayList<>();
            for (Rle truth : truths) {
                annotations.add(
                        new Annotation(
                                annotations.size() + 1,
                                random.nextInt(classes),
                                truth.bbox(),
                                false,
                                new Segmentation.OfRle(truth),
                                truth.area()));
            }
            records.add(new ImageRecord("image" + i, Path.of("x.png"), SIZE, SIZE, annotations));
            found.add(
                    IntStream.range(0, models)
                            .mapToObj(m -> found(truths, random.nextInt(detections + 1)))
                            .toList());
        }
        List<Category> categories =
                IntStream.range(0, classes).mapToObj(c -> new Category(c + 1, "c" + c)).toList();
        Dataset dataset =
                new Dataset(
                        Path.of("scenes.json"),
                        DatasetFormat.COCO,
                        records,
                        categories,
                        false,
                        Set.of(),
                        DatasetReport.CLEAN);
        return new TuningSet(dataset, found);
    }
}
