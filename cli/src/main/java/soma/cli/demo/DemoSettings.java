package soma.cli.demo;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.tensor.Device;

import java.nio.file.Path;
import java.util.List;

/**
 * What the demo does.
 *
 * @param out directory of everything it makes
 * @param config settings of the training
 * @param trainImages images to learn from
 * @param validationImages images that the best weights are chosen by
 * @param testImages images that nothing was chosen by, to be scored on
 * @param seed of the images
 * @param device where to compute
 * @param command what the user typed
 */
public record DemoSettings(
        Path out,
        Config config,
        int trainImages,
        int validationImages,
        int testImages,
        long seed,
        Device device,
        List<String> command) {
    /** Cells of the drawn images, a bit larger than those of the competition. */
    static final SceneSettings SCENE = SceneSettings.DEFAULT.withCellScale(1.4);

    /** Copies the list. */
    public DemoSettings {
        command = List.copyOf(command);
    }
}
