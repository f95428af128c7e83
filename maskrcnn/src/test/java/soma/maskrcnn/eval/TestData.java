package soma.maskrcnn.eval;

import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReport;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.structures.Rle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Data sets put together in memory; category ids are 1, 2, .. */
final class TestData {
    private TestData() {}

    static Annotation cell(int category, Rle mask) {
        return object(category, mask, false);
    }

    static Annotation crowd(int category, Rle mask) {
        return object(category, mask, true);
    }

    private static Annotation object(int category, Rle mask, boolean crowd) {
        return new Annotation(
                1, category, mask.bbox(), crowd, new Segmentation.OfRle(mask), mask.area());
    }

    static ImageRecord image(String id, int height, int width, Annotation... annotations) {
        return new ImageRecord(id, Path.of(id + ".png"), height, width, List.of(annotations));
    }

    static Dataset dataset(List<String> classes, ImageRecord... images) {
        List<Category> categories = new ArrayList<>();
        for (String name : classes) {
            categories.add(new Category(categories.size() + 1, name));
        }
        return new Dataset(
                Path.of("memory"),
                DatasetFormat.COCO,
                List.of(images),
                categories,
                false,
                Set.of(),
                DatasetReport.CLEAN);
    }
}
