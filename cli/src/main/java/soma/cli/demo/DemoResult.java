package soma.cli.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.maskrcnn.eval.CocoMetrics;
import soma.maskrcnn.eval.CompetitionScore;
import soma.maskrcnn.eval.EvaluationReport;
import soma.train.TrainingResult;

/**
 * How the demo went.
 *
 * @param settings what was to be done
 * @param data the drawn images
 * @param training how the training ended
 * @param evaluation figures on the test images
 * @param detections objects found in them
 * @param seconds from the start to the figures
 */
public record DemoResult(
        DemoSettings settings,
        DemoData data,
        TrainingResult training,
        EvaluationReport evaluation,
        long detections,
        double seconds) {
    /** The competition's figures. */
    public CompetitionScore competition() {
        return evaluation.competition().orElseThrow();
    }

    /** COCO's figures for masks. */
    public CocoMetrics masks() {
        return evaluation.coco().getLast();
    }

    /** COCO's figures for boxes. */
    public CocoMetrics boxes() {
        return evaluation.coco().getFirst();
    }

    /** The content of {@code summary.json}. */
    ObjectNode summary() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("score", competition().score());
        json.put("images", data.images());
        json.put("iterations", training.iterations());
        json.put("seconds", seconds);
        json.put("test_images", data.test().images().size());
        json.put("detections", detections);
        json.put("segm_AP", masks().ap());
        json.put("bbox_AP", boxes().ap());
        return json;
    }
}
