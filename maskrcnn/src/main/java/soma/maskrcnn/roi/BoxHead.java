package soma.maskrcnn.roi;

import soma.maskrcnn.backbone.Norms;
import soma.nn.Conv2d;
import soma.nn.Init;
import soma.nn.Linear;
import soma.nn.Module;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Convolutions, then fully connected layers (detectron2's {@code FastRCNNConvFCHead}). */
final class BoxHead extends Module {
    private final List<Conv2d> convs = new ArrayList<>();
    private final List<Linear> fcs = new ArrayList<>();
    private final int width;

    BoxHead(BoxHeadConfig config, int channels) {
        int in = channels;
        for (int i = 1; i <= config.convs(); i++) {
            Conv2d conv =
                    Conv2d.of(in, config.convDim(), 3)
                            .padding(1)
                            .norm(Norms.of(config.norm(), config.convDim()))
                            .relu()
                            .build();
            convs.add(child("conv" + i, conv));
            in = config.convDim();
        }
        int side = config.pooler().resolution();
        int features = in * side * side;
        for (int i = 1; i <= config.fcs(); i++) {
            Linear fc =
                    i == 1
                            ? Linear.ofMap(in, side, side, config.fcDim(), Init.xavier(), true)
                            : new Linear(features, config.fcDim(), Init.xavier(), true);
            fcs.add(child("fc" + i, fc));
            features = config.fcDim();
        }
        width = features;
    }

    /** Features of each RoI. */
    int width() {
        return width;
    }

    /** Maps pooled [r,P,P,c] to [r,width]. */
    Tensor forward(Tensor pooled) {
        Tensor x = pooled;
        for (Conv2d conv : convs) {
            x = conv.forward(x);
        }
        x = x.reshape(x.dim(0), x.dim(1) * x.dim(2) * x.dim(3));
        for (Linear fc : fcs) {
            x = fc.forward(x);
        }
        return x;
    }
}
