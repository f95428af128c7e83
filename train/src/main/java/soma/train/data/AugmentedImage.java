package soma.train.data;

import soma.maskrcnn.image.Image8;

import java.util.List;

/**
 * An image after its transform, with the objects on it.
 *
 * @param image blue, green, red
 */
record AugmentedImage(Image8 image, List<TrainingObject> objects) {}
