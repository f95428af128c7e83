package soma.cli.demo;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.synthetic.SyntheticDataset;

import java.nio.file.Path;

/**
 * The drawn images of the demo, in three sets of unrelated seeds.
 *
 * @param training to learn from
 * @param validation to choose the best weights by
 * @param test to be scored on
 */
public record DemoData(Dataset training, Dataset validation, Dataset test) {
    /** Draws and writes all three. */
    static DemoData draw(DemoSettings settings) {
        Path folder = settings.out().resolve("data");
        return new DemoData(
                draw(folder.resolve("train"), settings.trainImages(), 3 * settings.seed()),
                draw(folder.resolve("val"), settings.validationImages(), 3 * settings.seed() + 1),
                draw(folder.resolve("test"), settings.testImages(), 3 * settings.seed() + 2));
    }

    private static Dataset draw(Path folder, int images, long seed) {
        return SyntheticDataset.write(folder, images, seed, DemoSettings.SCENE);
    }

    /** Number of images of all three. */
    public int images() {
        return training.images().size() + validation.images().size() + test.images().size();
    }
}
