package soma.maskrcnn.backbone;

import soma.maskrcnn.forward.Trace;
import soma.nn.Conv2d;
import soma.nn.Module;
import soma.tensor.Functional;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** ResNet and ResNeXt with four stages (detectron2's {@code ResNet} with {@code BasicStem}). */
public final class ResNet extends Module {
    private final Conv2d stem;
    private final List<List<BottleneckBlock>> stages = new ArrayList<>();
    private final Map<String, Integer> channels = new LinkedHashMap<>();
    private final Map<String, Integer> strides = new LinkedHashMap<>();

    /** A network over images of {@code inputChannels} channels. */
    public ResNet(ResNetConfig config, int inputChannels) {
        stem =
                child("stem", new Stem())
                        .conv(
                                Conv2d.of(inputChannels, config.stemChannels(), 7)
                                        .stride(2)
                                        .padding(3)
                                        .bias(false)
                                        .norm(config.norm(1, config.stemChannels()))
                                        .relu()
                                        .build());
        int in = config.stemChannels();
        int stride = 4;
        int out = config.res2Channels();
        int bottleneck = config.groups() * config.widthPerGroup();
        for (int i = 0; i < 4; i++) {
            int dilation = i == 3 ? config.res5Dilation() : 1;
            int step = i == 0 || dilation == 2 ? 1 : 2;
            stride *= step;
            String name = ResNetConfig.stageNames().get(i);
            Stage stage = child(name, new Stage());
            List<BottleneckBlock> blocks = new ArrayList<>();
            for (int b = 0; b < config.blocks()[i]; b++) {
                int ofStage = i + 2;
                BottleneckBlock.Sizes sizes =
                        new BottleneckBlock.Sizes(
                                in, bottleneck, out, b == 0 ? step : 1, dilation, config.groups());
                blocks.add(
                        stage.add(
                                b,
                                new BottleneckBlock(
                                        sizes,
                                        c -> config.norm(ofStage, c),
                                        config.strideIn1x1())));
                in = out;
            }
            stages.add(blocks);
            channels.put(name, out);
            strides.put(name, stride);
            if (i + 2 <= config.freezeAt()) {
                stage.trainable(false);
            }
            out *= 2;
            bottleneck *= 2;
        }
        if (config.freezeAt() >= 1) {
            stem.trainable(false);
        }
    }

    private static final class Stem extends Module {
        Conv2d conv(Conv2d conv) {
            return child("conv1", conv);
        }
    }

    private static final class Stage extends Module {
        BottleneckBlock add(int index, BottleneckBlock block) {
            return child(Integer.toString(index), block);
        }
    }

    /** Channels of a stage's map. */
    int channels(String stage) {
        return channels.get(stage);
    }

    /** Stride of a stage's map in pixels. */
    int stride(String stage) {
        return strides.get(stage);
    }

    /** Maps of res2 to res5 by name. */
    Map<String, Tensor> forward(Tensor images, Trace trace) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        Tensor x;
        try (Scope scope = Scope.open("stem")) {
            x = scope.promote(Functional.maxPool2d(stem.forward(images), 3, 2, 1));
        }
        trace.seen("stem", x);
        for (int i = 0; i < stages.size(); i++) {
            String name = ResNetConfig.stageNames().get(i);
            try (Scope scope = Scope.open(name)) {
                for (BottleneckBlock block : stages.get(i)) {
                    x = block.forward(x);
                }
                scope.promote(x);
            }
            trace.seen(name, x);
            out.put(name, x);
        }
        return out;
    }
}
