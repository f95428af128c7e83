package soma.maskrcnn.model;

import soma.maskrcnn.augment.HorizontalFlip;
import soma.maskrcnn.augment.Identity;
import soma.maskrcnn.augment.Rotate90;
import soma.maskrcnn.augment.Transform;
import soma.maskrcnn.augment.TransformList;
import soma.maskrcnn.augment.VerticalFlip;
import soma.maskrcnn.config.TestConfig;
import soma.maskrcnn.image.ImageSize;
import soma.tensor.Images;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * One of the eight ways of laying an image on the pixel grid: mirrored, then turned.
 *
 * @param horizontal mirrored left to right
 * @param vertical mirrored top to bottom
 * @param turns quarter turns counterclockwise, 0 to 3
 */
record Symmetry(boolean horizontal, boolean vertical, int turns) {
    /**
     * All different combinations of the flips and turns that are on, the plain one first. Turns
     * make one flip out of the other, so that with them either flip gives all eight.
     */
    static List<Symmetry> of(TestConfig.Augmentation augmentation) {
        boolean turned = augmentation.rotate90();
        boolean horizontal = augmentation.flip();
        boolean vertical = augmentation.verticalFlip() && !(turned && horizontal);
        List<Symmetry> all = new ArrayList<>();
        for (int turns = 0; turns < (turned ? 4 : 1); turns++) {
            for (int v = 0; v < (vertical ? 2 : 1); v++) {
                for (int h = 0; h < (horizontal ? 2 : 1); h++) {
                    all.add(new Symmetry(h == 1, v == 1, turns));
                }
            }
        }
        return all;
    }

    /** Lays UINT8 [h,w,c] like this. */
    Tensor apply(Tensor image) {
        return Images.rotate90(Images.flip(image, horizontal, vertical), turns);
    }

    /** As a transform of images of a size. */
    TransformList of(ImageSize size) {
        List<Transform> steps = new ArrayList<>();
        if (horizontal) {
            steps.add(new HorizontalFlip(size));
        }
        if (vertical) {
            steps.add(new VerticalFlip(size));
        }
        if (turns > 0) {
            steps.add(new Rotate90(size, turns));
        }
        return new TransformList(steps.isEmpty() ? List.of(new Identity(size)) : steps);
    }

    /**
     * Lays square grids back as they lie on the plain image; values are moved, none is mixed.
     *
     * @param grids row-major grids one after the other, as they lie on the transformed image
     * @param side of a grid
     */
    float[] undo(float[] grids, int side) {
        double[] centres = new double[2 * side * side];
        for (int cell = 0; cell < side * side; cell++) {
            centres[2 * cell] = cell % side + 0.5;
            centres[2 * cell + 1] = cell / side + 0.5;
        }
        double[] moved = of(new ImageSize(side, side)).applyPoints(centres);
        int[] source = new int[side * side];
        for (int cell = 0; cell < source.length; cell++) {
            source[cell] = ((int) moved[2 * cell + 1]) * side + (int) moved[2 * cell];
        }
        float[] out = new float[grids.length];
        for (int grid = 0; grid < grids.length; grid += source.length) {
            for (int cell = 0; cell < source.length; cell++) {
                out[grid + cell] = grids[grid + source[cell]];
            }
        }
        return out;
    }
}
