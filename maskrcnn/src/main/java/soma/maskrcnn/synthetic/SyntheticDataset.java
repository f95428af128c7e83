package soma.maskrcnn.synthetic;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.CocoWriter;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReport;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.structures.Rle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes drawn images as a data set: PNG files and their annotations as COCO JSON. */
public final class SyntheticDataset {
    private SyntheticDataset() {}

    /**
     * Writes {@code images/<id>.png} and {@code annotations.json} (compressed RLE, categories 1
     * shsy5y, 2 astro, 3 cort) into a folder. The kinds take turns; image {@code i} depends on the
     * seed and {@code i} only, so that a longer set begins with the shorter one.
     *
     * @return the data set, as reading {@code annotations.json} gives it
     * @throws soma.tensor.SomaException when the folder can't be written
     */
    public static Dataset write(Path folder, int images, long seed, SceneSettings settings) {
        CellGenerator generator = new CellGenerator(settings);
        CellKind[] kinds = CellKind.values();
        List<Category> categories = new ArrayList<>();
        for (CellKind kind : kinds) {
            categories.add(new Category(kind.ordinal() + 1, kind.className()));
        }
        List<ImageRecord> records = new ArrayList<>();
        long annotations = 0;
        for (int i = 0; i < images; i++) {
            CellScene scene = generator.generate(kinds[i % kinds.length], imageSeed(seed, i));
            String id = String.format(Locale.ROOT, "cells-%04d", i + 1);
            Path file = folder.resolve("images").resolve(id + ".png");
            PngWriter.write(file, scene.image());
            List<Annotation> objects = new ArrayList<>();
            for (SyntheticCell cell : scene.cells()) {
                objects.add(annotation(++annotations, cell));
            }
            records.add(new ImageRecord(id, file, settings.height(), settings.width(), objects));
        }
        Path json = folder.resolve("annotations.json");
        Dataset dataset =
                new Dataset(
                        json,
                        DatasetFormat.COCO,
                        records,
                        categories,
                        false,
                        Set.of(),
                        DatasetReport.CLEAN);
        CocoWriter.write(dataset, json);
        return dataset;
    }

    private static Annotation annotation(long id, SyntheticCell cell) {
        Rle mask = cell.mask();
        return new Annotation(
                id,
                cell.kind().ordinal(),
                mask.bbox(),
                false,
                new Segmentation.OfRle(mask),
                mask.area());
    }

    /** The seed of one image of a set; neighbouring sets and images have unrelated ones. */
    static long imageSeed(long seed, int image) {
        long mixed = seed * 0x9e3779b97f4a7c15L + image + 1;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
