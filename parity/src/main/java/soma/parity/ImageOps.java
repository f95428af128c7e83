package soma.parity;

import com.fasterxml.jackson.databind.JsonNode;

import soma.maskrcnn.augment.HorizontalFlip;
import soma.maskrcnn.augment.Resize;
import soma.maskrcnn.augment.ResizeShortestEdge;
import soma.maskrcnn.augment.Transform;
import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.forward.ImageBatch;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.ImageSize;
import soma.maskrcnn.image.PillowResize;
import soma.maskrcnn.structures.Rle;
import soma.tensor.DType;
import soma.tensor.Functional;
import soma.tensor.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Resizing, flipping and normalising against Pillow, PyTorch and detectron2. */
final class ImageOps {
    private static final Pattern SIZE = Pattern.compile(".*_(\\d+)x(\\d+)");

    private final ImageFiles images;

    ImageOps(ImageFiles images) {
        this.images = images;
    }

    void check(Fixture c) {
        switch (c.name()) {
            case "real" -> real(c);
            case "random" -> resized(c, image(c, "image"), false);
            case "nearest-labels" -> resized(c, image(c, "labels"), true);
            case "shortest-edge" -> shortestEdge(c);
            case "nearest" -> masks(c);
            case "float" -> floats(c);
            case "geometry" -> geometry(c);
            default -> {
                if (c.name().startsWith("batch-")) {
                    batch(c);
                } else {
                    c.report().fails(c.name(), "", "a case that this harness does not know");
                }
            }
        }
    }

    private void real(Fixture c) {
        Path file = images.find(c.param("image").asText());
        if (file == null) {
            c.report().fails(c.name(), "", c.param("image").asText() + " is nowhere to be found");
            return;
        }
        resized(c, ImageReader.readGray(file), false);
    }

    /** HWC or HW bytes as an image. */
    private static Image8 image(Fixture c, String what) {
        int[] dims = c.dims(what);
        return new Image8(dims[0], dims[1], dims.length == 3 ? dims[2] : 1, c.bytes(what));
    }

    /** Takes a tensor's name and the size that stands in it. */
    @FunctionalInterface
    private interface OfSize {
        void check(String what, int height, int width);
    }

    private static void eachSize(Fixture c, OfSize check) {
        for (String what : c.names()) {
            Matcher size = SIZE.matcher(what);
            if (size.matches()) {
                check.check(what, Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)));
            }
        }
    }

    private static void resized(Fixture c, Image8 image, boolean nearest) {
        eachSize(
                c,
                (what, h, w) -> {
                    Image8 out =
                            nearest
                                    ? PillowResize.nearest(image, h, w)
                                    : PillowResize.bilinear(image, h, w);
                    c.checkBytes(what, out.pixels());
                });
    }

    private static void floats(Fixture c) {
        int[] dims = c.dims("image");
        Tensor x = c.tensor("image").reshape(1, dims[0], dims[1], dims[2]);
        eachSize(c, (what, h, w) -> c.check(what, Functional.bilinear(x, h, w)));
    }

    private static void shortestEdge(Fixture c) {
        for (Map.Entry<String, JsonNode> e : c.param("height x width @ short/max").properties()) {
            String[] n = e.getKey().split("[x@/]", -1);
            ImageSize from = new ImageSize(Integer.parseInt(n[0]), Integer.parseInt(n[1]));
            ImageSize to =
                    ResizeShortestEdge.outputSize(
                            from, Integer.parseInt(n[2]), Integer.parseInt(n[3]));
            long[] expected = {e.getValue().get(0).asLong(), e.getValue().get(1).asLong()};
            c.report()
                    .exact(
                            c.name() + "." + e.getKey(),
                            "[2]",
                            expected,
                            new long[] {to.height(), to.width()});
        }
    }

    private static void masks(Fixture c) {
        JsonNode before = c.entry().required("rle_in");
        JsonNode after = c.entry().required("rle_out");
        for (int i = 0; i < before.size(); i++) {
            Rle mask = FixtureMasks.ofCoco(before.get(i));
            Rle expected = FixtureMasks.ofCoco(after.get(i));
            Resize resize =
                    new Resize(
                            new ImageSize(mask.height(), mask.width()),
                            new ImageSize(expected.height(), expected.width()));
            c.report()
                    .holds(
                            c.name() + "." + i,
                            expected.height() + "x" + expected.width(),
                            expected.equals(resize.applyMask(mask)),
                            "the resized mask differs");
        }
    }

    private static void geometry(Fixture c) {
        ImageSize size = new ImageSize(c.intParam("height"), c.intParam("width"));
        ImageSize target =
                new ImageSize(c.param("resized").get(0).asInt(), c.param("resized").get(1).asInt());
        Resize resize = new Resize(size, target);
        TransformList both = new TransformList(List.of(resize, new HorizontalFlip(target)));
        double[] boxes = c.stored("boxes").doubles();
        Transform flip = new HorizontalFlip(size);
        c.check("flipped", flip.applyBoxes(boxes));
        c.check("resized", resize.applyBoxes(boxes));
        c.check("both", both.applyBoxes(boxes));
        c.check("back", both.inverseBoxes(boxes));
        // The image is that of the case "random", which the family stores once.
        c.sibling("random")
                .ifPresentOrElse(
                        random ->
                                c.checkBytes(
                                        "flipped_image",
                                        flip.applyImage(image(random, "image")).pixels()),
                        () -> c.skip("flipped_image", "needs the case random, which isn't here"));
    }

    private static void batch(Fixture c) {
        List<Tensor> images = new ArrayList<>();
        for (int i = 0; c.has("image" + i); i++) {
            int[] dims = c.dims("image" + i);
            byte[] planes = c.bytes("image" + i);
            int area = dims[1] * dims[2];
            byte[] pixels = new byte[planes.length];
            for (int k = 0; k < planes.length; k++) {
                pixels[k % area * dims[0] + k / area] = planes[k];
            }
            images.add(Tensor.of(DType.UINT8, pixels, dims[1], dims[2], dims[0]));
        }
        double[] mean = Json.doubles(c.param("mean"));
        double[] std = Json.doubles(c.param("std"));
        ImageBatch batch = ImageBatch.of(images, mean, std, c.intParam("divisibility"));
        c.checkMap("out", batch.pixels());
    }
}
