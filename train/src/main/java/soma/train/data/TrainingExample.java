package soma.train.data;

import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.image.Image8;

/**
 * One augmented image with what is to be found in it.
 *
 * @param imageId id of the record it was made from
 * @param image 3 channels in the order of {@code INPUT.FORMAT}
 * @param truth in the coordinates of {@code image}
 */
public record TrainingExample(String imageId, Image8 image, GroundTruth truth) {}
