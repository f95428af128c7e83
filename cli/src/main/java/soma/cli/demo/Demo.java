package soma.cli.demo;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import soma.cli.report.LearningCurves;
import soma.infer.InferenceRun;
import soma.infer.InferenceSummary;
import soma.infer.OutputFormat;
import soma.infer.Predictor;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.CocoResults;
import soma.maskrcnn.data.Submission;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.Evaluation;
import soma.maskrcnn.eval.EvaluationReport;
import soma.nn.io.AtomicFiles;
import soma.train.Trainer;
import soma.train.TrainingRequest;
import soma.train.TrainingResult;
import soma.train.log.ProgressListener;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Draws cells, trains on them, looks for cells in images it has not seen, and reports. */
public final class Demo {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    private final DemoSettings settings;

    /** A demo of some settings. */
    public Demo(DemoSettings settings) {
        this.settings = settings;
    }

    /**
     * Runs to the end, or until {@code stop} says so.
     *
     * @return how it went; nothing when it was stopped
     * @param progress shows how far the training is
     * @throws soma.tensor.SomaException when files can't be written, or the training diverges
     */
    public Optional<DemoResult> run(ProgressListener progress, BooleanSupplier stop) {
        long start = System.nanoTime();
        DemoData data = DemoData.draw(settings);
        LOG.info(
                "drew {} images with {} cells in {}",
                data.images(),
                data.training().instanceCount()
                        + data.validation().instanceCount()
                        + data.test().instanceCount(),
                settings.out().resolve("data"));
        TrainingResult training = train(data, progress, stop);
        if (training.interrupted()) {
            return Optional.empty();
        }
        InferenceSummary found = infer(data, stop);
        if (found.interrupted()) {
            return Optional.empty();
        }
        EvaluationReport evaluation = evaluate(data);
        DemoResult result =
                new DemoResult(
                        settings, data, training, evaluation, found.detections(), seconds(start));
        evaluation.write(settings.out().resolve("scores.json"));
        String curves = LearningCurves.svg(run().resolve("metrics.json"));
        AtomicFiles.writeString(settings.out().resolve("curves.svg"), curves);
        DemoReport.write(result, curves);
        AtomicFiles.writeString(
                settings.out().resolve("summary.json"), result.summary().toPrettyString() + "\n");
        return Optional.of(result);
    }

    private Path run() {
        return settings.out().resolve("run");
    }

    private TrainingResult train(DemoData data, ProgressListener progress, BooleanSupplier stop) {
        return Trainer.train(
                TrainingRequest.of(settings.config(), data.training(), run(), settings.device())
                        .withValidation(data.validation())
                        .withStart(TrainingRequest.Start.OVERWRITE)
                        .withCommand(settings.command())
                        .withProgress(progress)
                        .withStop(stop));
    }

    private InferenceSummary infer(DemoData data, BooleanSupplier stop) {
        // As a user would: from the files of the run.
        Config trained = Config.load(run().toString());
        try (Predictor predictor = Predictor.open(trained, List.of(), settings.device())) {
            InferenceRun.Settings into =
                    new InferenceRun.Settings(
                            settings.out(), OutputFormat.DEFAULT, true, data.test().categories());
            return new InferenceRun(predictor, into)
                    .run(data.test(), stop, InferenceRun.Progress.NONE);
        }
    }

    /** COCO's figures of the detections, and the competition's of the masks without overlap. */
    private EvaluationReport evaluate(DemoData data) {
        CocoResults results = CocoResults.read(settings.out().resolve("results.json"));
        Submission submission =
                Submission.read(settings.out().resolve("submission.csv"), data.test());
        EvaluationReport coco =
                Evaluation.of(
                        data.test(),
                        results.predictions(),
                        Evaluation.Metric.COCO,
                        CocoSettings.DEFAULT);
        return new EvaluationReport(
                coco.coco(), Optional.of(CompetitionScore.of(data.test(), submission.masks())));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
