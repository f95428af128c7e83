package soma.train.data;

import soma.maskrcnn.config.SamplerConfig;
import soma.maskrcnn.data.ImageRecord;
import soma.nn.RandomStreams;

import java.util.List;

/** An endless sequence of image numbers, the same each time it is asked for. */
public interface ImageSampler {
    /** The number of the image at a position from 0. */
    int at(long position);

    /** The sequence that {@code DATALOADER} asks for, over at least one image. */
    static ImageSampler of(SamplerConfig config, List<ImageRecord> images, RandomStreams streams) {
        return switch (config.kind()) {
            case UNIFORM -> new TrainingSampler(images.size(), streams);
            case REPEAT_FACTOR ->
                    new RepeatFactorTrainingSampler(
                            RepeatFactors.of(images, config.repeatThreshold(), config.repeatSqrt()),
                            streams);
        };
    }
}
