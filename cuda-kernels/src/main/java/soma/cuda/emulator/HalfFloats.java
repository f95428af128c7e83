package soma.cuda.emulator;

/** float16 and bfloat16 as bits. */
final class HalfFloats {
    private HalfFloats() {}

    static float ofHalf(int bits) {
        return Float.float16ToFloat((short) bits);
    }

    static float ofBrain(int bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static int toHalf(float x) {
        return Float.floatToFloat16(x) & 0xffff;
    }

    /** To nearest, ties to even. */
    static int toBrain(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return 0x7fff;
        }
        return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    /** tf32: float32 with ten bits of fraction, to nearest, ties away from zero ({@code .rna}). */
    static int toTf32(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.isFinite(x) ? bits + 0x1000 & 0xffffe000 : bits;
    }
}
