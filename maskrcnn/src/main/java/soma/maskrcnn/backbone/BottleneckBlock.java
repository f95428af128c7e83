package soma.maskrcnn.backbone;

import soma.nn.Conv2d;
import soma.nn.Module;
import soma.nn.Norm;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.util.function.IntFunction;

/**
 * A residual block of 1x1, 3x3 and 1x1 convolutions (He et al. 2016; with groups, Xie et al. 2017;
 * detectron2's {@code BottleneckBlock}). The shortcut is added, and ReLU applied, in the last
 * convolution's epilogue.
 */
final class BottleneckBlock extends Module {
    private final Conv2d conv1;
    private final Conv2d conv2;
    private final Conv2d conv3;
    private final Conv2d shortcut;

    /** Sizes of a block. */
    record Sizes(int in, int bottleneck, int out, int stride, int dilation, int groups) {}

    /** A block; {@code norm} makes a norm over so many channels. */
    BottleneckBlock(Sizes s, IntFunction<Norm> norm, boolean strideIn1x1) {
        int stride1 = strideIn1x1 ? s.stride() : 1;
        int stride3 = strideIn1x1 ? 1 : s.stride();
        shortcut =
                s.in() == s.out()
                        ? null
                        : child(
                                "shortcut",
                                Conv2d.of(s.in(), s.out(), 1)
                                        .stride(s.stride())
                                        .bias(false)
                                        .norm(norm.apply(s.out()))
                                        .build());
        conv1 =
                child(
                        "conv1",
                        Conv2d.of(s.in(), s.bottleneck(), 1)
                                .stride(stride1)
                                .bias(false)
                                .norm(norm.apply(s.bottleneck()))
                                .relu()
                                .build());
        conv2 =
                child(
                        "conv2",
                        Conv2d.of(s.bottleneck(), s.bottleneck(), 3)
                                .stride(stride3)
                                .padding(s.dilation())
                                .dilation(s.dilation())
                                .groups(s.groups())
                                .bias(false)
                                .norm(norm.apply(s.bottleneck()))
                                .relu()
                                .build());
        conv3 =
                child(
                        "conv3",
                        Conv2d.of(s.bottleneck(), s.out(), 1)
                                .bias(false)
                                .norm(norm.apply(s.out()))
                                .relu()
                                .build());
    }

    Tensor forward(Tensor x) {
        try (Scope scope = Scope.open("residual block")) {
            Tensor short1 = shortcut == null ? x : shortcut.forward(x);
            Tensor y = conv2.forward(conv1.forward(x));
            return scope.promote(conv3.forward(y, short1));
        }
    }
}
