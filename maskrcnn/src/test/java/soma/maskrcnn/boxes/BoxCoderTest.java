package soma.maskrcnn.boxes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.maskrcnn.GoldenOps;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

class BoxCoderTest {
    private static final BoxCoder RPN = new BoxCoder(1, 1, 1, 1);
    private static final BoxCoder ROI = new BoxCoder(10, 10, 5, 5);

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void codesLikeDetectron2(String device) {
        GoldenOps golden = new GoldenOps("box_coding");
        try (Scope _ = Scope.open("test", Device.of(device))) {
            for (String kind : new String[] {"rpn", "roi"}) {
                BoxCoder coder = kind.equals("rpn") ? RPN : ROI;
                golden.check(
                        "encode-" + kind + ".deltas",
                        coder.encode(
                                golden.tensor("encode-" + kind + ".src"),
                                golden.tensor("encode-" + kind + ".target")));
                golden.check(
                        "roundtrip-" + kind + ".decoded",
                        coder.decode(
                                golden.tensor("roundtrip-" + kind + ".deltas"),
                                golden.tensor("roundtrip-" + kind + ".boxes")));
                Tensor boxes = golden.tensor("decode-" + kind + ".boxes");
                int n = boxes.dim(0);
                golden.check(
                        "decode-" + kind + ".decoded",
                        coder.decode(
                                golden.tensor("decode-" + kind + ".deltas").reshape(n, 3, 4),
                                boxes));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-reference"})
    void clipsAndMeasuresLikeDetectron2(String device) {
        GoldenOps golden = new GoldenOps("box_coding");
        try (Scope _ = Scope.open("test", Device.of(device))) {
            Tensor clipped = Boxes.clip(golden.tensor("clip.boxes"), 200, 300);
            golden.check("clip.clipped", clipped);
            golden.check("clip.area", Boxes.area(clipped));
            int[] flags = golden.ints("clip.nonempty");
            int[] kept = Boxes.larger(clipped, 0).toInts();
            int k = 0;
            for (int i = 0; i < flags.length; i++) {
                if (flags[i] != 0) {
                    assertEquals(i, kept[k++], "non-empty box");
                }
            }
            assertEquals(kept.length, k);
        }
    }

    @Test
    void decodesHandWorkedBox() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            Tensor box = Tensor.of(new float[] {10, 20, 30, 60}, 1, 4);
            // Half a width right, a quarter of a height up, twice as wide, as high as before.
            Tensor deltas = Tensor.of(new float[] {0.5f, -0.25f, (float) Math.log(2), 0}, 1, 4);
            assertArrayEquals(
                    new float[] {10, 10, 50, 50}, RPN.decode(deltas, box).toFloats(), 1e-4f);
        }
    }

    @Test
    void clampsScalesFromAboveOnly() {
        try (Scope _ = Scope.open("test", Device.cpu())) {
            Tensor box = Tensor.of(new float[] {0, 0, 16, 16}, 1, 4);
            float[] out = RPN.decode(Tensor.of(new float[] {0, 0, 50, -50}, 1, 4), box).toFloats();
            assertEquals(1000, out[2] - out[0], 1e-2);
            assertEquals(0, out[3] - out[1], 1e-6);
        }
    }
}
