package soma.maskrcnn.synthetic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.maskrcnn.image.PngWriter;
import soma.maskrcnn.structures.Rle;
import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.Locale;

/** Writes drawn images as a data set: PNG files and their annotations as COCO JSON. */
public final class SyntheticDataset {
    private SyntheticDataset() {}

    /**
     * Writes {@code images/<id>.png} and {@code annotations.json} (compressed RLE, categories 1
     * shsy5y, 2 astro, 3 cort) into a folder. The kinds take turns; image {@code i} depends on the
     * seed and {@code i} only, so that a longer set begins with the shorter one.
     *
     * @return the path of {@code annotations.json}
     * @throws soma.tensor.SomaException when the folder can't be written
     */
    public static Path write(Path folder, int images, long seed, SceneSettings settings) {
        CellGenerator generator = new CellGenerator(settings);
        CellKind[] kinds = CellKind.values();
        ObjectNode root = new ObjectMapper().createObjectNode();
        ObjectNode info = root.putObject("info");
        info.put("description", "Drawn phase-contrast-like cells (soma.maskrcnn.synthetic)");
        info.put("seed", seed);
        ArrayNode imageNodes = root.putArray("images");
        ArrayNode annotationNodes = root.putArray("annotations");
        ArrayNode categoryNodes = root.putArray("categories");
        for (CellKind kind : kinds) {
            categoryNodes.addObject().put("id", kind.ordinal() + 1).put("name", kind.className());
        }
        for (int i = 0; i < images; i++) {
            CellScene scene = generator.generate(kinds[i % kinds.length], imageSeed(seed, i));
            String id = String.format(Locale.ROOT, "cells-%04d", i + 1);
            String fileName = "images/" + id + ".png";
            PngWriter.write(folder.resolve(fileName), scene.image());
            imageNodes
                    .addObject()
                    .put("id", id)
                    .put("file_name", fileName)
                    .put("height", settings.height())
                    .put("width", settings.width());
            for (SyntheticCell cell : scene.cells()) {
                annotate(annotationNodes, id, cell);
            }
        }
        Path annotations = folder.resolve("annotations.json");
        AtomicFiles.writeString(annotations, root.toString());
        return annotations;
    }

    /** The seed of one image of a set; neighbouring sets and images have unrelated ones. */
    static long imageSeed(long seed, int image) {
        long mixed = seed * 0x9e3779b97f4a7c15L + image + 1;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    private static void annotate(ArrayNode annotations, String imageId, SyntheticCell cell) {
        Rle mask = cell.mask();
        ObjectNode annotation = annotations.addObject();
        annotation.put("id", annotations.size());
        annotation.put("image_id", imageId);
        annotation.put("category_id", cell.kind().ordinal() + 1);
        ArrayNode box = annotation.putArray("bbox");
        for (double value : mask.bbox()) {
            box.add(value);
        }
        annotation.put("area", mask.area());
        annotation.put("iscrowd", 0);
        ObjectNode segmentation = annotation.putObject("segmentation");
        segmentation.putArray("size").add(mask.height()).add(mask.width());
        segmentation.put("counts", mask.toCocoString());
    }
}
