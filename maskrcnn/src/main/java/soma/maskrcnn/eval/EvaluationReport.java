package soma.maskrcnn.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.nn.io.AtomicFiles;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything that an evaluation computed.
 *
 * @param coco COCO's figures, one entry for each of boxes and masks that was evaluated
 * @param competition the competition's score, when it was asked for
 * @param unknownImages ids in the predictions that the data set doesn't have; they took no part
 */
public record EvaluationReport(
        List<CocoMetrics> coco, Optional<CompetitionScore> competition, Set<String> unknownImages) {
    /** Copies the list, and sorts the ids. */
    public EvaluationReport {
        coco = List.copyOf(coco);
        unknownImages = Collections.unmodifiableSortedSet(new TreeSet<>(unknownImages));
    }

    /** A report on predictions that are all of the data set's images. */
    public EvaluationReport(List<CocoMetrics> coco, Optional<CompetitionScore> competition) {
        this(coco, competition, Set.of());
    }

    /**
     * Returns {@code {"coco": {"bbox": .., "segm": ..}, "sartorius": ..}}, without what wasn't
     * evaluated.
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (!coco.isEmpty()) {
            ObjectNode types = json.putObject("coco");
            for (CocoMetrics metrics : coco) {
                types.set(metrics.type() == IouType.BBOX ? "bbox" : "segm", metrics.toJson());
            }
        }
        competition.ifPresent(score -> json.set("sartorius", score.toJson()));
        return json;
    }

    /** Writes the JSON to {@code file}, whole or not at all. */
    public void write(Path file) {
        AtomicFiles.writeString(file, toJson().toPrettyString() + "\n");
    }
}
