package soma.train;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.eval.CocoMetrics;
import soma.maskrcnn.eval.DatasetEvaluator;
import soma.maskrcnn.eval.EvaluationReport;
import soma.maskrcnn.model.Detector;
import soma.maskrcnn.model.MaskRcnn;
import soma.tensor.Device;
import soma.train.log.ProgressListener;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Scores the model on the validation images, under detectron2's keys: {@code bbox/AP}, {@code
 * bbox/AP50} and so on, {@code bbox/AP-<class>}, the same for {@code segm}, and {@code
 * sartorius/score}. Figures are fractions, -1 where COCO has none.
 */
final class ModelEvaluation {
    /** AP, AP50, AP75, APs, APm, APl: what detectron2 logs of the twelve. */
    private static final int FIGURES = 6;

    private final MaskRcnn model;
    private final Config config;
    private final Dataset dataset;
    private final Device device;

    ModelEvaluation(MaskRcnn model, Config config, Dataset dataset, Device device) {
        this.model = model;
        this.config = config;
        this.dataset = dataset;
        this.device = device;
    }

    Map<String, Double> run(ProgressListener progress) {
        model.training(false);
        try {
            int images = dataset.images().size();
            EvaluationReport report =
                    new DatasetEvaluator(dataset)
                            .evaluate(
                                    new Detector(model, config, device),
                                    done -> progress.evaluated(done, images));
            return figures(report);
        } finally {
            model.training(true);
        }
    }

    private static Map<String, Double> figures(EvaluationReport report) {
        Map<String, Double> out = new LinkedHashMap<>();
        for (CocoMetrics m : report.coco()) {
            String prefix = m.type().name().toLowerCase(Locale.ROOT) + "/";
            for (int i = 0; i < FIGURES; i++) {
                out.put(prefix + m.names().get(i), m.stats()[i]);
            }
            for (int k = 0; k < m.classNames().size(); k++) {
                out.put(prefix + "AP-" + m.classNames().get(k), m.perClass()[k]);
            }
        }
        report.competition().ifPresent(c -> out.put("sartorius/score", c.score()));
        return out;
    }

    /** The figure by which the best weights are chosen. */
    static String deciding(Map<String, Double> figures) {
        return figures.containsKey("segm/AP") ? "segm/AP" : "bbox/AP";
    }
}
