package soma.maskrcnn.roi;

import soma.maskrcnn.backbone.Norms;
import soma.nn.Conv2d;
import soma.nn.ConvTranspose2x2;
import soma.nn.Init;
import soma.nn.Module;
import soma.tensor.Shape;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions, a transposed convolution and a 1x1 predictor (detectron2's {@code
 * MaskRCNNConvUpsampleHead}).
 */
final class MaskHead extends Module {
    private final List<Conv2d> convs = new ArrayList<>();
    private final ConvTranspose2x2 deconv;
    private final Conv2d predictor;
    private final int outputs;

    MaskHead(MaskHeadConfig config, int channels, int classes) {
        int in = channels;
        for (int i = 1; i <= config.convs(); i++) {
            Conv2d conv =
                    Conv2d.of(in, config.convDim(), 3)
                            .padding(1)
                            .norm(Norms.of(config.norm(), config.convDim()))
                            .relu()
                            .build();
            convs.add(child("mask_fcn" + i, conv));
            in = config.convDim();
        }
        deconv = child("deconv", new ConvTranspose2x2(in, config.convDim(), Init.msra(), true));
        outputs = config.classAgnostic() ? 1 : classes;
        Init init = config.torchvision() ? Init.msra() : Init.normal(0.001);
        predictor = child("predictor", Conv2d.of(config.convDim(), outputs, 1).init(init).build());
    }

    /**
     * Logits of each RoI's own class.
     *
     * @param pooled [r,P,P,c]
     * @param classes INT32 [r]
     * @return [r,2P,2P]
     */
    Tensor forward(Tensor pooled, Tensor classes) {
        Tensor x = pooled;
        for (Conv2d conv : convs) {
            x = conv.forward(x);
        }
        Tensor logits = predictor.forward(deconv.forward(x));
        int r = logits.dim(0);
        int side = logits.dim(1);
        int area = side * side;
        if (outputs == 1) {
            return logits.reshape(r, side, side);
        }
        Tensor channel = classes.reshape(r, 1).broadcastTo(Shape.of(r, area)).reshape(r * area, 1);
        return logits.reshape(r * area, outputs).gather(channel).reshape(r, side, side);
    }
}
