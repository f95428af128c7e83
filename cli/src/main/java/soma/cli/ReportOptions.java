package soma.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import soma.cli.report.EvaluationPage;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.Prediction;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.eval.IouThreshold;
import soma.maskrcnn.eval.MatchedDataset;
import soma.tensor.SomaException;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a page about predictions shows. */
final class ReportOptions {
    @Option(
            names = "--iou",
            paramLabel = "T",
            defaultValue = "0.5",
            converter = Iou.class,
            description =
                    "A prediction is true when its IoU with an object of its own is above T"
                            + " (default: 0.5). Classes don't matter.")
    private IouThreshold iou;

    @Option(
            names = "--worst",
            paramLabel = "N",
            defaultValue = "12",
            converter = Count.class,
            description = "Show the N worst images in the report (default: 12).")
    private int worst;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "Show the learning curves of this run in the report.")
    private Path run;

    /**
     * Matches predictions with the objects of a data set.
     *
     * @throws soma.tensor.SomaException when a prediction has a box alone
     */
    MatchedDataset match(Dataset dataset, List<Prediction> predictions) {
        return MatchedDataset.of(dataset, predictions, iou);
    }

    /** Writes the page. */
    void write(
            Path file,
            Dataset dataset,
            Path predictions,
            EvaluationReport figures,
            MatchedDataset matched) {
        new EvaluationPage(dataset, predictions, figures, matched, Optional.ofNullable(run), worst)
                .write(file);
    }

    /** Tells picocli how to read an IoU. */
    private static final class Iou implements ITypeConverter<IouThreshold> {
        @Override
        public IouThreshold convert(String value) {
            try {
                return IouThreshold.parse(value);
            } catch (SomaException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
