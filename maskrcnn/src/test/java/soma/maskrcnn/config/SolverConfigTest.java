package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.config.SolverConfig.ClipType;
import soma.maskrcnn.config.SolverConfig.Decay;
import soma.maskrcnn.config.SolverConfig.Warmup;
import soma.tensor.SomaException;

import java.util.List;

class SolverConfigTest {
    private static SolverConfig solver(String... overrides) {
        return SolverConfig.from(Config.load("mask_rcnn_R_50_FPN_3x", List.of(overrides)));
    }

    @Test
    void readsEveryField() {
        SolverConfig solver =
                solver(
                        "SOLVER.LR_SCHEDULER_NAME=WarmupCosineLR",
                        "SOLVER.BASE_LR_END=0.001",
                        "SOLVER.WARMUP_METHOD=constant",
                        "SOLVER.WARMUP_FACTOR=0.1",
                        "SOLVER.WARMUP_ITERS=0",
                        "SOLVER.NESTEROV=True",
                        "SOLVER.WEIGHT_DECAY_BIAS=0",
                        "SOLVER.WEIGHT_DECAY_NORM=1e-5",
                        "SOLVER.BIAS_LR_FACTOR=2",
                        "SOLVER.CLIP_GRADIENTS.ENABLED=True",
                        "SOLVER.CLIP_GRADIENTS.CLIP_TYPE=norm",
                        "SOLVER.CLIP_GRADIENTS.NORM_TYPE=.inf",
                        "SOLVER.CLIP_GRADIENTS.CLIP_VALUE=35");
        assertEquals(Decay.COSINE, solver.schedule().decay());
        assertEquals(List.of(), solver.schedule().steps());
        assertEquals(0.001, solver.schedule().baseLrEnd());
        assertEquals(Warmup.CONSTANT, solver.schedule().warmup());
        assertEquals(0.1, solver.schedule().warmupFactor());
        assertEquals(0, solver.schedule().warmupIterations());
        assertTrue(solver.nesterov());
        assertEquals(0, solver.weightDecayBias());
        assertEquals(1e-5, solver.weightDecayNorm());
        assertEquals(2, solver.biasLrFactor());
        assertEquals(
                new SolverConfig.Clipping(ClipType.NORM, 35, Double.POSITIVE_INFINITY),
                solver.clipping());
    }

    @Test
    void clipsNothingUnlessEnabled() {
        assertEquals(
                ClipType.NONE, solver("SOLVER.CLIP_GRADIENTS.CLIP_TYPE=norm").clipping().type());
        assertEquals(
                ClipType.VALUE, solver("SOLVER.CLIP_GRADIENTS.ENABLED=true").clipping().type());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SOLVER.MOMENTUM=1.5",
                "SOLVER.WEIGHT_DECAY=-1",
                "SOLVER.WEIGHT_DECAY_BIAS=-1",
                "SOLVER.GAMMA=0",
                "SOLVER.IMS_PER_BATCH=0",
                "SOLVER.WARMUP_METHOD=quadratic",
                "SOLVER.WARMUP_ITERS=-1",
                "SOLVER.LR_SCHEDULER_NAME=WarmupStepWithFixedGammaLR",
                "SOLVER.STEPS=[0]",
                "SOLVER.CLIP_GRADIENTS.CLIP_TYPE=full",
                "SOLVER.CLIP_GRADIENTS.NORM_TYPE=0",
                "SOLVER.CHECKPOINT_PERIOD=0",
                "SOLVER.REFERENCE_WORLD_SIZE=8",
                "TEST.AUG.MIN_SIZES=[]",
                "TEST.DETECTIONS_PER_IMAGE=0",
                "SOMA.DIVERGENCE.LR_FACTOR=1",
                "SOMA.ENSEMBLE.WEIGHTS=[1,0]",
                "SOMA.ENSEMBLE.IOU=1.5",
                "SOMA.LOG_PERIOD=0",
                "SOMA.PRECISION=float16",
                "SOMA.ACCUMULATE_STEPS=0",
                "SOMA.EMA.DECAY=1",
                "SOMA.FREEZE=['a(']",
                "SOMA.LR_MULTIPLIERS=[['a']]",
                "SOMA.LR_MULTIPLIERS=[[2,'a']]",
                "SOMA.LR_MULTIPLIERS=[['a',-1]]",
                "DATALOADER.REPEAT_THRESHOLD=-0.1",
                "DATALOADER.SAMPLER_TRAIN=RandomSubsetTrainingSampler",
            })
    void namesTheKeyThatIsWrong(String override) {
        SomaException e = assertThrows(SomaException.class, () -> solver(override));
        String key = override.substring(0, override.indexOf('='));
        assertTrue(
                e.getMessage().startsWith("command line: " + key + ": expected "), e.getMessage());
    }

    @Test
    void cosineMayNotEndAboveItsStart() {
        SomaException e =
                assertThrows(
                        SomaException.class,
                        () ->
                                solver(
                                        "SOLVER.LR_SCHEDULER_NAME=WarmupCosineLR",
                                        "SOLVER.BASE_LR_END=1"));
        assertTrue(e.getMessage().contains("SOLVER.BASE_LR_END"), e.getMessage());
    }
}
