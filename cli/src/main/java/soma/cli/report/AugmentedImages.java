package soma.cli.report;

import soma.maskrcnn.config.AugmentationConfig;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.InputConfig.ChannelOrder;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.draw.DrawnInstance;
import soma.maskrcnn.draw.Overlay;
import soma.maskrcnn.draw.SideBySide;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Rle;
import soma.nn.RandomStreams;
import soma.train.data.ImageCache;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Draws images as training sees them, a few variants of each. */
public final class AugmentedImages {
    private static final long CACHE_BYTES = 256L << 20;

    private final Dataset dataset;
    private final InputConfig input;
    private final TrainingMapper mapper;
    private long position;

    /**
     * Variants by the settings, and by the seed, of a configuration (0 where that leaves the seed
     * open).
     */
    public AugmentedImages(Dataset dataset, Config config) {
        this.dataset = dataset;
        this.input = InputConfig.from(config);
        this.mapper =
                new TrainingMapper(
                        input,
                        AugmentationConfig.from(config),
                        dataset.forTraining().images(),
                        new ImageCache(CACHE_BYTES),
                        new RandomStreams(Math.max(0, RunConfig.from(config).seed())));
    }

    /**
     * Draws variants of an image next to each other, with their masks and boxes: one for each of
     * the next places of the training sequence.
     *
     * @param variants at least 1
     */
    public Image8 draw(ImageRecord image, int variants) {
        List<Image8> pictures = new ArrayList<>();
        for (int i = 0; i < variants; i++) {
            TrainingExample example = mapper.map(image, position++);
            Image8 pixels = example.image();
            pictures.add(
                    Overlay.draw(
                            input.format() == ChannelOrder.RGB ? pixels.reverseChannels() : pixels,
                            objects(example.truth())));
        }
        return SideBySide.of(pictures);
    }

    private List<DrawnInstance> objects(GroundTruth truth) {
        List<DrawnInstance> objects = new ArrayList<>();
        for (int i = 0; i < truth.size(); i++) {
            Rle mask = truth.masks().get(i).toRle(truth.height(), truth.width());
            double[] box = new double[4];
            for (int k = 0; k < 4; k++) {
                box[k] = truth.boxes()[4 * i + k];
            }
            String name = dataset.categories().get(truth.classes()[i]).name();
            objects.add(new DrawnInstance(mask, box, name, Optional.empty(), Optional.empty()));
        }
        return objects;
    }
}
