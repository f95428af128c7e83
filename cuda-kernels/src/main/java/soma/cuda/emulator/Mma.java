package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

import java.util.List;

/**
 * {@code mma.sync.aligned.m16n8kK.row.col.f32.T.T.f32}: d = a b + c of a warp, a 16 x K, b K x 8,
 * spread over the lanes as PTX lays out fragments.
 */
final class Mma {
    private static final int M = 16;
    private static final int N = 8;

    /** Reads an element of a fragment. */
    @FunctionalInterface
    private interface Element {
        float of(Warp warp, int row, int column);
    }

    private Mma() {}

    static Step of(PtxInstruction i, Operands o) {
        List<PtxType> types = i.types();
        PtxType type = types.get(1);
        boolean tf32 = type == PtxType.TF32;
        boolean half = type == PtxType.BF16 || type == PtxType.F16;
        String shape =
                i.modifiers().stream().filter(m -> m.startsWith(".m16n8k")).findFirst().orElse("");
        int depth = shape.isEmpty() ? 0 : Integer.parseInt(shape.substring(7));
        boolean known = tf32 && (depth == 4 || depth == 8) || half && (depth == 8 || depth == 16);
        if (!known || types.get(0) != PtxType.F32 || !i.has(".row") || !i.has(".col")) {
            throw o.error(
                    "only m16n8k4 and m16n8k8 of .tf32, m16n8k8 and m16n8k16 of .bf16 and .f16,"
                            + " row.col, into .f32 are emulated");
        }
        List<Target> d = o.elements(0).stream().map(o::target).toList();
        List<Source> a = sources(o, 1, PtxType.B32);
        List<Source> b = sources(o, 2, PtxType.B32);
        List<Source> c = sources(o, 3, PtxType.F32);
        boolean brain = type == PtxType.BF16;
        Element left =
                tf32
                        ? (w, r, k) -> tf32(a, w, r % 8 * 4 + k % 4, r / 8 + k / 4 * 2)
                        : (w, r, k) ->
                                half(a, w, r % 8 * 4 + k % 8 / 2, r / 8 + k / 8 * 2, k % 2, brain);
        Element right =
                tf32
                        ? (w, k, n) -> tf32(b, w, n * 4 + k % 4, k / 4)
                        : (w, k, n) -> half(b, w, n * 4 + k % 8 / 2, k / 8, k % 2, brain);
        return (w, mask) -> {
            if (mask != Warp.FULL) {
                throw new Fault(
                        Integer.numberOfTrailingZeros(mask),
                        "mma.sync needs all 32 lanes, got 0x" + Integer.toHexString(mask));
            }
            multiply(w, depth, left, right, c, d);
            w.passedWarpSync();
        };
    }

    private static void multiply(
            Warp w, int depth, Element left, Element right, List<Source> c, List<Target> d) {
        float[] y = new float[depth * N];
        for (int k = 0; k < depth; k++) {
            for (int n = 0; n < N; n++) {
                y[k * N + n] = right.of(w, k, n);
            }
        }
        float[] out = new float[M * N];
        for (int r = 0; r < M; r++) {
            float[] x = new float[depth];
            for (int k = 0; k < depth; k++) {
                x[k] = left.of(w, r, k);
            }
            for (int n = 0; n < N; n++) {
                double sum = accumulator(c, w, r, n);
                for (int k = 0; k < depth; k++) {
                    sum += (double) x[k] * y[k * N + n];
                }
                out[r * N + n] = (float) sum;
            }
        }
        for (int r = 0; r < M; r++) {
            for (int n = 0; n < N; n++) {
                d.get(r / 8 * 2 + n % 2)
                        .set(
                                w,
                                r % 8 * 4 + n / 2,
                                Float.floatToRawIntBits(out[r * N + n]) & 0xffffffffL);
            }
        }
    }

    private static float accumulator(List<Source> c, Warp w, int row, int column) {
        int lane = row % 8 * 4 + column / 2;
        return Float.intBitsToFloat((int) c.get(row / 8 * 2 + column % 2).bits(w, lane, false));
    }

    private static List<Source> sources(Operands o, int operand, PtxType type) {
        return o.elements(operand).stream().map(e -> o.source(e, type, operand)).toList();
    }

    /** The tensor core leaves the low 13 bits out of account. */
    private static float tf32(List<Source> fragment, Warp w, int lane, int register) {
        return Float.intBitsToFloat((int) fragment.get(register).bits(w, lane, false) & 0xffffe000);
    }

    private static float half(
            List<Source> fragment, Warp w, int lane, int register, int part, boolean brain) {
        int bits = (int) fragment.get(register).bits(w, lane, false) >>> 16 * part & 0xffff;
        return brain ? HalfFloats.ofBrain(bits) : HalfFloats.ofHalf(bits);
    }
}
