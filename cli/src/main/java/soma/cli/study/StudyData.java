package soma.cli.study;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.DatasetSplit;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticDataset;

import java.nio.file.Path;
import java.util.Optional;

/** Where the images of a study come from. */
sealed interface StudyData {
    /**
     * The images.
     *
     * @param training to learn from
     * @param validation to choose the best weights by
     * @param test to be scored on; the validation's where nothing else is given
     */
    record Images(Dataset training, Dataset validation, Dataset test) {}

    /**
     * Reads or draws the images.
     *
     * @param out folder for images that are drawn
     */
    Images open(Path out, long seed);

    /** Drawn cells: so many images each, of unrelated seeds, the same for one seed. */
    record Drawn(int training, int validation, int test) implements StudyData {
        @Override
        public Images open(Path out, long seed) {
            return new Images(
                    draw(out.resolve("train"), training, 3 * seed),
                    draw(out.resolve("val"), validation, 3 * seed + 1),
                    draw(out.resolve("test"), test, 3 * seed + 2));
        }

        private static Dataset draw(Path folder, int images, long seed) {
            // As large as the demo's.
            SceneSettings scene = SceneSettings.DEFAULT.withCellScale(1.4);
            return SyntheticDataset.write(folder, images, seed, scene);
        }
    }

    /**
     * An annotated data set.
     *
     * @param training to learn from
     * @param images folder of its images, if they aren't beside it
     * @param validation to choose by; none: a fold of {@code training}
     * @param fold the fold that is held out, from 1
     * @param folds how many there are
     * @param test to be scored on; none: the validation's
     */
    record Files(
            Path training,
            Optional<Path> images,
            Optional<Path> validation,
            int fold,
            int folds,
            Optional<Path> test)
            implements StudyData {
        @Override
        public Images open(Path out, long seed) {
            Dataset all = read(training);
            DatasetSplit split =
                    validation
                            .map(file -> new DatasetSplit(all, read(file)))
                            .orElseGet(() -> DatasetSplit.byFold(all, fold, folds, seed));
            Dataset scored = test.map(this::read).orElse(split.validation());
            return new Images(split.training(), split.validation(), scored);
        }

        private Dataset read(Path file) {
            return DatasetReader.read(file, images, Optional.empty()).requireSound();
        }
    }
}
