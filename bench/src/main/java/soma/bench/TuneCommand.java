package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;
import soma.maskrcnn.config.PostConfig;
import soma.maskrcnn.data.Annotation;
import soma.maskrcnn.data.Category;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetFormat;
import soma.maskrcnn.data.DatasetReport;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.Segmentation;
import soma.maskrcnn.data.StoredPredictions;
import soma.maskrcnn.structures.Rle;
import soma.maskrcnn.synthetic.CellGenerator;
import soma.maskrcnn.synthetic.CellKind;
import soma.maskrcnn.synthetic.SceneSettings;
import soma.maskrcnn.synthetic.SyntheticCell;
import soma.maskrcnn.synthetic.SyntheticPredictions;
import soma.maskrcnn.tune.Settings;
import soma.maskrcnn.tune.Tuning;
import soma.maskrcnn.tune.TuningSet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** {@code soma bench tune}. */
@Command(
        name = "tune",
        description =
                "The search for post-processing settings, with 5 folds, on drawn images of 520x704"
                        + " and predictions as a fair model might make them; one run.",
        footer = {"", "Example: soma bench tune --images 500 --threads 2"})
final class TuneCommand implements Callable<Integer> {
    /** Different scenes; drawing takes longer than searching, so they are used several times. */
    private static final int SCENES = 60;

    private static final int FOLDS = 5;
    private static final SceneSettings SIZE =
            SceneSettings.DEFAULT.withSize(520, 704).withCells(40, 90);

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "500",
            description = "Number of images (default: ${DEFAULT-VALUE}).")
    private Integer images;

    @Override
    public Integer call() throws IOException {
        Dimensions.positive(spec, "--images", images);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        Dataset dataset = drawn(images);
        CocoResults results = SyntheticPredictions.of(dataset, 1);
        TuningSet set =
                TuningSet.of(dataset, List.of(StoredPredictions.of(Path.of("drawn"), results)));
        Settings start = Settings.of(PostConfig.NONE, dataset.categories().size(), Settings.NO_NMS);
        long began = System.nanoTime();
        Tuning tuning =
                Tuning.of(set, start, FOLDS, common.seed().orElse(0), (done, total, score) -> {});
        Sample seconds = Sample.of(List.of((System.nanoTime() - began) * 1e-9));
        session.add(
                new Row(
                        "tune",
                        images + " images, " + results.predictions().size() + " masks",
                        "-",
                        seconds,
                        0,
                        0,
                        Map.of("peak_rss_mb", Machine.statusKb("VmHWM").orElse(0L) >> 10)));
        session.note(
                "score %s, then %s; held out %s"
                        .formatted(
                                tuning.scoreBefore(), tuning.scoreAfter(), tuning.scoreHeldOut()));
        session.finish();
        return 0;
    }

    private static Dataset drawn(int count) {
        CellGenerator generator = new CellGenerator(SIZE);
        CellKind[] kinds = CellKind.values();
        List<List<Annotation>> scenes =
                IntStream.range(0, Math.min(count, SCENES))
                        .parallel()
                        .mapToObj(i -> generator.generate(kinds[i % kinds.length], i).cells())
                        .map(TuneCommand::annotations)
                        .toList();
        List<ImageRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(
                    new ImageRecord(
                            "drawn-" + i,
                            Path.of("drawn.png"),
                            SIZE.height(),
                            SIZE.width(),
                            scenes.get(i % scenes.size())));
        }
        return new Dataset(
                Path.of("drawn"),
                DatasetFormat.COCO,
                records,
                Arrays.stream(kinds)
                        .map(k -> new Category(k.ordinal() + 1, k.className()))
                        .toList(),
                false,
                Set.of(),
                DatasetReport.CLEAN);
    }

    private static List<Annotation> annotations(List<SyntheticCell> cells) {
        List<Annotation> annotations = new ArrayList<>();
        for (SyntheticCell cell : cells) {
            Rle mask = cell.mask();
            annotations.add(
                    new Annotation(
                            annotations.size() + 1,
                            cell.kind().ordinal(),
                            mask.bbox(),
                            false,
                            new Segmentation.OfRle(mask),
                            mask.area()));
        }
        return annotations;
    }
}
