package soma.maskrcnn.backbone;

import soma.maskrcnn.forward.Trace;
import soma.nn.Conv2d;
import soma.nn.Init;
import soma.nn.Module;
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.SomaException;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The feature pyramid over a ResNet (Lin et al. 2017; detectron2's {@code FPN} with {@code
 * LastLevelMaxPool}): p2 to p5 from res2 to res5, and p6, every other pixel of p5.
 */
public final class Fpn extends Module {
    /** Extents of the input must be multiples of this, so that up-sampled maps fit. */
    public static final int SIZE_DIVISIBILITY = 32;

    private final FpnConfig config;
    private final ResNet bottomUp;
    private final List<Conv2d> lateral = new ArrayList<>();
    private final List<Conv2d> output = new ArrayList<>();
    private final List<String> levels = new ArrayList<>();
    private final Map<String, Integer> strides = new LinkedHashMap<>();

    /** A pyramid of {@code FPN.OUT_CHANNELS} maps over {@code bottomUp}. */
    public Fpn(FpnConfig config, ResNet bottomUp) {
        this.config = config;
        this.bottomUp = child("bottom_up", bottomUp);
        int c = config.outChannels();
        int before = 0;
        for (String stage : config.inFeatures()) {
            int stride = bottomUp.stride(stage);
            if (before > 0 && stride != 2 * before) {
                throw new SomaException(
                        "MODEL.FPN: expected each stage at twice the stride of the one before, got "
                                + before
                                + " and "
                                + stride
                                + " (MODEL.RESNETS.RES5_DILATION must be 1)");
            }
            before = stride;
            String level = "p" + stage.substring("res".length());
            String number = stage.substring("res".length());
            levels.add(level);
            strides.put(level, stride);
            lateral.add(
                    child(
                            "fpn_lateral" + number,
                            Conv2d.of(bottomUp.channels(stage), c, 1)
                                    .norm(Norms.of(config.norm(), c))
                                    .init(Init.xavier())
                                    .build()));
            output.add(
                    child(
                            "fpn_output" + number,
                            Conv2d.of(c, c, 3)
                                    .padding(1)
                                    .norm(Norms.of(config.norm(), c))
                                    .init(Init.xavier())
                                    .build()));
        }
        strides.put(topLevel(), 2 * before);
    }

    private String topLevel() {
        int last = Integer.parseInt(levels.getLast().substring(1));
        return "p" + (last + 1);
    }

    /** Channels of every level. */
    public int channels() {
        return config.outChannels();
    }

    /**
     * Stride of a level in pixels.
     *
     * @throws SomaException if there is no such level
     */
    public int stride(String level) {
        Integer stride = strides.get(level);
        if (stride == null) {
            throw new SomaException(
                    "IN_FEATURES: expected levels among " + strides.keySet() + ", got " + level);
        }
        return stride;
    }

    /** Maps [n,H,W,3], H and W multiples of 32, to the levels by name, finest first. */
    public Map<String, Tensor> forward(Tensor images, Trace trace) {
        try (Scope scope = Scope.open("backbone")) {
            Map<String, Tensor> stages = bottomUp.forward(images, trace);
            int n = levels.size();
            Tensor[] maps = new Tensor[n];
            Tensor top = null;
            for (int i = n - 1; i >= 0; i--) {
                Tensor side = lateral.get(i).forward(stages.get(config.inFeatures().get(i)));
                top = top == null ? side : fuse(side, top);
                maps[i] = output.get(i).forward(top);
            }
            Map<String, Tensor> out = new LinkedHashMap<>();
            for (int i = 0; i < n; i++) {
                out.put(levels.get(i), maps[i]);
            }
            Tensor last = maps[n - 1];
            out.put(
                    topLevel(),
                    last.slice(1, 0, last.dim(1), 2).slice(2, 0, last.dim(2), 2).contiguous());
            out.forEach(
                    (name, map) -> {
                        scope.promote(map);
                        trace.seen(name, map);
                    });
            return out;
        }
    }

    private Tensor fuse(Tensor side, Tensor top) {
        Tensor sum = Functional.addUpsampled2x(side, top);
        return config.average() ? sum.mul(0.5) : sum;
    }
}
