package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;

import java.util.Random;

/** Tensor-core products: fragments laid out as the PTX ISA's tables say, against plain sums. */
class MmaTest {
    private static final int M = 16;
    private static final int N = 8;

    @ParameterizedTest
    @CsvSource({"tf32,4", "tf32,8", "bf16,8", "bf16,16", "f16,8", "f16,16"})
    void multiplies(String type, int depth) {
        Random random = new Random(7);
        // Small integers are exact in every type, and so is their sum.
        int[] a = random.ints(M * depth, -8, 9).toArray();
        int[] b = random.ints(depth * N, -8, 9).toArray();
        int[] c = random.ints(M * N, -100, 101).toArray();
        int perRegister = type.equals("tf32") ? 1 : 2;
        int registersA = M * depth / 32 / perRegister;
        int registersB = depth * N / 32 / perRegister;
        int[] in = new int[32 * (registersA + registersB + 4)];
        for (int lane = 0; lane < 32; lane++) {
            int at = lane * (registersA + registersB + 4);
            for (int i = 0; i < registersA * perRegister; i++) {
                int value =
                        a[rowOfA(lane, i, perRegister) * depth + columnOfA(lane, i, perRegister)];
                in[at + i / perRegister] |= bits(type, value) << i % perRegister * 16;
            }
            for (int i = 0; i < registersB * perRegister; i++) {
                int value = b[rowOfB(lane, i, perRegister) * N + (lane >> 2)];
                in[at + registersA + i / perRegister] |= bits(type, value) << i % perRegister * 16;
            }
            for (int i = 0; i < 4; i++) {
                in[at + registersA + registersB + i] =
                        Float.floatToRawIntBits(c[rowOfC(lane, i) * N + columnOfC(lane, i)]);
            }
        }
        float[] d = run(type, depth, registersA, registersB, in);
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 4; i++) {
                int row = rowOfC(lane, i);
                int column = columnOfC(lane, i);
                int expected = c[row * N + column];
                for (int k = 0; k < depth; k++) {
                    expected += a[row * depth + k] * b[k * N + column];
                }
                assertEquals(expected, d[4 * lane + i], "row " + row + ", column " + column);
            }
        }
    }

    /** Element i of lane's part of a: tf32 has a register each, the others two in one. */
    private static int rowOfA(int lane, int i, int perRegister) {
        int register = i / perRegister;
        return (lane >> 2) + (register % 2 == 0 ? 0 : 8);
    }

    private static int columnOfA(int lane, int i, int perRegister) {
        int right = i / perRegister / 2;
        return perRegister == 1 ? lane % 4 + 4 * right : lane % 4 * 2 + i % 2 + 8 * right;
    }

    private static int rowOfB(int lane, int i, int perRegister) {
        return perRegister == 1 ? lane % 4 + 4 * i : lane % 4 * 2 + i % 2 + 8 * (i / 2);
    }

    private static int rowOfC(int lane, int i) {
        return (lane >> 2) + (i < 2 ? 0 : 8);
    }

    private static int columnOfC(int lane, int i) {
        return lane % 4 * 2 + i % 2;
    }

    private static int bits(String type, int value) {
        int bits = Float.floatToRawIntBits(value);
        return switch (type) {
            case "tf32" -> bits;
            case "bf16" -> bits >>> 16;
            default -> Float.floatToFloat16(value) & 0xffff;
        };
    }

    private static float[] run(String type, int depth, int a, int b, int[] in) {
        StringBuilder body =
                new StringBuilder(
                        """
                        mov.u32 %r30, %tid.x;
                        ld.param.u64 %d0, [p0];
                        ld.param.u64 %d1, [p1];
                        mad.wide.u32 %d1, %r30, 16, %d1;
                        """);
        int count = a + b + 4;
        body.append("mad.wide.u32 %d0, %r30, ").append(4 * count).append(", %d0;\n");
        for (int i = 0; i < count; i++) {
            String register = i < a + b ? ".b32 %r" + i : ".f32 %f" + (i - a - b);
            body.append("ld.global")
                    .append(register)
                    .append(", [%d0+")
                    .append(4 * i)
                    .append("];\n");
        }
        body.append("mma.sync.aligned.m16n8k").append(depth).append(".row.col.f32.");
        body.append(type).append('.').append(type).append(".f32 {%f4, %f5, %f6, %f7}, ");
        body.append(list(0, a)).append(", ").append(list(a, a + b));
        body.append(", {%f0, %f1, %f2, %f3};\n");
        body.append("st.global.v4.f32 [%d1], {%f4, %f5, %f6, %f7};\nret;");
        try (KernelRun run = new KernelRun()) {
            long from = run.buffer(in);
            long to = run.empty(128);
            run.run(Geometry.of(1, 32), body.toString(), new Arguments().address(from).address(to));
            return run.floats(to, 128);
        }
    }

    private static String list(int from, int to) {
        StringBuilder text = new StringBuilder("{");
        for (int i = from; i < to; i++) {
            text.append(i == from ? "%r" : ", %r").append(i);
        }
        return text.append('}').toString();
    }
}
