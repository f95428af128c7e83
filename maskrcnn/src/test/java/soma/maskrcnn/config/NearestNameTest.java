package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;

class NearestNameTest {
    @ParameterizedTest
    @CsvSource({"'', '', 0", "'', abc, 3", "kitten, sitting, 3", "flaw, lawn, 2", "a, a, 0"})
    void knowsTheEditDistance(String a, String b, int expected) {
        assertEquals(expected, NearestName.distance(a, b));
    }

    @Property(tries = 50)
    void distanceIsAMetric(
            @ForAll @StringLength(max = 9) String a,
            @ForAll @StringLength(max = 9) String b,
            @ForAll @StringLength(max = 9) String c) {
        assertEquals(NearestName.distance(a, b), NearestName.distance(b, a));
        assertEquals(a.equals(b), NearestName.distance(a, b) == 0);
        int direct = NearestName.distance(a, c);
        int viaB = NearestName.distance(a, b) + NearestName.distance(b, c);
        assertEquals(direct, Math.min(direct, viaB));
    }

    @Test
    void findsNothingAmongNothing() {
        assertEquals(Optional.empty(), NearestName.of("a", List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "MODEL.NUM_CLASSES, MODEL.ROI_HEADS.NUM_CLASSES",
        "MODEL.ROI_HEADS.BATCHSIZE_PER_IMAGE, MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE",
        "MODEL.RPN.NMS_THRES, MODEL.RPN.NMS_THRESH",
        "SOLVER.IMS_PER_BATCHES, SOLVER.IMS_PER_BATCH",
        "SOLVER.MAXITER, SOLVER.MAX_ITER",
        "MODEL.PIXEL.MEAN, MODEL.PIXEL_MEAN",
        "TEST.AUG.ENABLE, TEST.AUG.ENABLED",
        "MODEL.FREEZE_AT, MODEL.BACKBONE.FREEZE_AT",
        "SOMA.RESNETBLOCKS, SOMA.RESNET_BLOCKS",
    })
    void guessesWhatWasMeant(String typed, String meant) {
        assertEquals(meant, Defaults.get().nearest(typed));
    }
}
