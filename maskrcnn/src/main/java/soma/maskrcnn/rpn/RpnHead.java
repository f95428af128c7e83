package soma.maskrcnn.rpn;

import soma.nn.Conv2d;
import soma.nn.Init;
import soma.nn.Module;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** The head shared by all levels (detectron2's {@code StandardRPNHead}): 3x3, then two 1x1. */
final class RpnHead extends Module {
    private static final double STD = 0.01;

    private final List<Conv2d> hidden = new ArrayList<>();
    private final Conv2d logits;
    private final Conv2d deltas;

    RpnHead(RpnConfig config, int channels, int anchors) {
        int[] dims = config.convDims();
        // One convolution is called conv; several are numbered inside it.
        ConvList several = dims.length == 1 ? null : child("conv", new ConvList());
        int in = channels;
        for (int i = 0; i < dims.length; i++) {
            int out = dims[i] == -1 ? in : dims[i];
            Conv2d conv = Conv2d.of(in, out, 3).padding(1).relu().init(Init.normal(STD)).build();
            hidden.add(several == null ? child("conv", conv) : several.add("conv" + i, conv));
            in = out;
        }
        logits =
                child(
                        "objectness_logits",
                        Conv2d.of(in, anchors, 1).init(Init.normal(STD)).build());
        deltas =
                child(
                        "anchor_deltas",
                        Conv2d.of(in, 4 * anchors, 1).init(Init.normal(STD)).build());
    }

    private static final class ConvList extends Module {
        Conv2d add(String name, Conv2d conv) {
            return child(name, conv);
        }
    }

    /**
     * Predictions for one level.
     *
     * @param logits [n,h,w,A]
     * @param deltas [n,h,w,4A], delta j of anchor a in channel 4a+j
     */
    record Output(Tensor logits, Tensor deltas) {}

    Output forward(Tensor x) {
        try (Scope scope = Scope.open("rpn head")) {
            Tensor t = x;
            for (Conv2d conv : hidden) {
                t = conv.forward(t);
            }
            return new Output(scope.promote(logits.forward(t)), scope.promote(deltas.forward(t)));
        }
    }
}
