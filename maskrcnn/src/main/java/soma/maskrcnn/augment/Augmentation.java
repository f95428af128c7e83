package soma.maskrcnn.augment;

import soma.maskrcnn.image.ImageSize;

import java.util.random.RandomGenerator;

/** Draws transforms at random; the same generator state gives the same transform. */
public sealed interface Augmentation
        permits ResizeShortestEdge,
                ResizeScale,
                RandomCrop,
                FixedSizeCrop,
                RandomFlip,
                RandomRotate90,
                RandomRotation {
    /** Draws the transform of one image of the given size. */
    Transform draw(ImageSize size, RandomGenerator random);
}
