package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.eval.CocoSettings;
import soma.maskrcnn.eval.Evaluation;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.eval.MatchedDataset;

import java.nio.file.Path;

/** {@code soma eval}: scores predictions against annotations. */
@Command(
        name = "eval",
        description = {
            "Score predictions against annotations: COCO's figures for boxes and masks, and the"
                    + " score of the Sartorius competition.",
            "With --report, also a page with charts, tables and the worst images."
        },
        footer = {
            "",
            "Example:",
            "  soma eval --gt annotations.json --pred out/results.json --json scores.json",
            "  soma eval --gt annotations.json --pred out/results.json --report report.html --run"
                    + " run"
        })
final class EvalCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    @Spec private CommandSpec spec;

    @Mixin
    @SuppressWarnings("unused") // for picocli alone
    private CommonOptions common;

    @Mixin private DataOptions data;

    @Option(
            names = "--gt",
            required = true,
            paramLabel = "DATA",
            description = "The annotated data set: a file or a folder.")
    private Path truth;

    @Option(
            names = "--pred",
            required = true,
            paramLabel = "FILE",
            description = "Predictions: a results.json or a submission.csv.")
    private Path predictions;

    @Option(
            names = "--metric",
            paramLabel = "METRIC",
            defaultValue = "ALL",
            description = "coco, sartorius or all (default: all that the predictions allow).")
    private Evaluation.Metric metric;

    @Option(
            names = "--max-dets",
            paramLabel = "N",
            defaultValue = "100",
            converter = MaxDetections.class,
            description =
                    "Most detections of an image that COCO's figures count (default: 100): N as"
                            + " detectron2, with AP at N, or three ascending numbers such as"
                            + " 1,10,1000 as pycocotools, with AP at 100 or else -1.")
    private CocoSettings settings;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there, too.")
    private Path json;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Write an HTML page there that opens offline: all figures, charts, classes,"
                            + " and pictures of the worst images.")
    private Path page;

    @Mixin private ReportOptions pageOptions;

    @Override
    public void run() {
        if (page != null && metric != Evaluation.Metric.ALL) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--metric: expected all for a --report, got " + metric.text());
        }
        Dataset dataset = data.read(truth);
        EvaluationReport report = Evaluation.of(dataset, predictions, metric, settings);
        if (!settings.givesAp() && !report.coco().isEmpty()) {
            LOG.warn(
                    "AP is -1, as pycocotools has it when 100 is not among the numbers of"
                            + " detections; --max-dets {} gives AP there",
                    settings.maxDets()[2]);
        }
        if (!report.unknownImages().isEmpty()) {
            LOG.warn(
                    "{}: {} images that {} doesn't have took no part, the first: {}",
                    predictions,
                    report.unknownImages().size(),
                    truth,
                    report.unknownImages().iterator().next());
        }
        spec.commandLine().getOut().print(EvaluationText.of(report));
        if (json != null) {
            report.write(json);
        }
        if (page != null) {
            MatchedDataset matched =
                    pageOptions.match(dataset, Evaluation.predictions(dataset, predictions));
            pageOptions.write(page, dataset, predictions, report, matched);
            LOG.info("wrote {}", page);
        }
    }
}
