package soma.cuda.emulator;

import static soma.cuda.emulator.InstructionRun.check;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;

/** Whole numbers and bits, one instruction at a time, against Java. */
class IntOpcodesTest {
    private static final int[] A = Operand.a();
    private static final int[] B = Operand.b();
    private static final int[] C = Operand.c();
    private static final long[] X = Operand.longA();
    private static final long[] Y = Operand.longB();

    /** A function of three ints. */
    private interface Ints {
        int of(int a, int b, int c);
    }

    /** A function of two longs. */
    private interface Longs {
        long of(long x, long y);
    }

    private static void ints(String text, Ints f) {
        int[] expected = new int[A.length];
        for (int i = 0; i < A.length; i++) {
            expected[i] = f.of(A[i], B[i], C[i]);
        }
        check(text, expected, A, B, C);
    }

    private static void longs(String text, Longs f) {
        long[] expected = new long[X.length];
        for (int i = 0; i < X.length; i++) {
            expected[i] = f.of(X[i], Y[i]);
        }
        check(text, expected, X, Y);
    }

    private static long u(int x) {
        return Integer.toUnsignedLong(x);
    }

    @Test
    void arithmetic() {
        ints("add.u32 D, A, B;", (a, b, _) -> a + b);
        ints(
                "add.sat.s32 D, A, B;",
                (a, b, _) -> (int) Math.clamp((long) a + b, -1L << 31, ~(-1L << 31)));
        ints("sub.s32 D, A, B;", (a, b, _) -> a - b);
        ints("mul.lo.s32 D, A, B;", (a, b, _) -> a * b);
        ints("mul.hi.s32 D, A, B;", (a, b, _) -> (int) ((long) a * b >> 32));
        ints("mul.hi.u32 D, A, B;", (a, b, _) -> (int) (u(a) * u(b) >>> 32));
        ints("mad.lo.u32 D, A, B, C;", (a, b, c) -> a * b + c);
        ints("mad.hi.u32 D, A, B, C;", (a, b, c) -> (int) (u(a) * u(b) >>> 32) + c);
        ints("div.u32 D, A, B;", (a, b, _) -> b == 0 ? -1 : (int) (u(a) / u(b)));
        ints("rem.u32 D, A, B;", (a, b, _) -> b == 0 ? a : (int) (u(a) % u(b)));
        ints("div.s32 D, A, B;", (a, b, _) -> b == 0 ? -1 : a / b);
        ints("rem.s32 D, A, B;", (a, b, _) -> b == 0 ? a : a % b);
        ints("min.s32 D, A, B;", (a, b, _) -> Math.min(a, b));
        ints("max.s32 D, A, B;", (a, b, _) -> Math.max(a, b));
        ints("min.u32 D, A, B;", (a, b, _) -> (int) Math.min(u(a), u(b)));
        ints("max.u32 D, A, B;", (a, b, _) -> (int) Math.max(u(a), u(b)));
        ints("sad.u32 D, A, B, C;", (a, b, c) -> (int) (c + Math.abs(u(a) - u(b))));
        ints("sad.s32 D, A, B, C;", (a, b, c) -> (int) (c + Math.abs((long) a - b)));
        ints("neg.s32 D, A;", (a, _, _) -> -a);
        ints("abs.s32 D, A;", (a, _, _) -> Math.abs(a));
    }

    @Test
    void bits() {
        ints("and.b32 D, A, B;", (a, b, _) -> a & b);
        ints("or.b32 D, A, B;", (a, b, _) -> a | b);
        ints("xor.b32 D, A, B;", (a, b, _) -> a ^ b);
        ints("not.b32 D, A;", (a, _, _) -> ~a);
        ints("shl.b32 D, A, B;", (a, b, _) -> u(b) > 31 ? 0 : a << b);
        ints("shr.u32 D, A, B;", (a, b, _) -> u(b) > 31 ? 0 : a >>> b);
        ints("shr.s32 D, A, B;", (a, b, _) -> a >> (int) Math.min(u(b), 31));
        ints("popc.b32 D, A;", (a, _, _) -> Integer.bitCount(a));
        ints("clz.b32 D, A;", (a, _, _) -> Integer.numberOfLeadingZeros(a));
        ints("brev.b32 D, A;", (a, _, _) -> Integer.reverse(a));
        ints("bfind.u32 D, A;", (a, _, _) -> BigInteger.valueOf(u(a)).bitLength() - 1);
        ints("bfind.s32 D, A;", (a, _, _) -> BigInteger.valueOf(a).bitLength() - 1);
    }

    @Test
    void bitFields() {
        ints("bfe.u32 D, A, 5, 9;", (a, _, _) -> a << 18 >>> 23);
        ints("bfe.s32 D, A, 5, 9;", (a, _, _) -> a << 18 >> 23);
        ints("bfe.s32 D, A, 28, 9;", (a, _, _) -> a >> 28);
        ints("bfe.u32 D, A, 28, 0;", (_, _, _) -> 0);
        ints("bfi.b32 D, A, B, 12, 8;", (a, b, _) -> b & ~0xff000 | (a & 0xff) << 12);
        ints("bfi.b32 D, A, B, 0, 32;", (a, _, _) -> a);
        ints("bfi.b32 D, A, B, 28, 8;", (a, b, _) -> b & 0x0fffffff | a << 28);
        ints("lop3.b32 D, A, B, C, 0x96;", (a, b, c) -> a ^ b ^ c);
        ints("lop3.b32 D, A, B, C, 0xE8;", (a, b, c) -> a & b | b & c | a & c);
        ints("lop3.b32 D, A, B, C, 0xCA;", (a, b, c) -> a & b | ~a & c);
        ints("prmt.b32 D, A, B, 0x0123;", (a, _, _) -> Integer.reverseBytes(a));
        ints("prmt.b32 D, A, B, 0x5410;", (a, b, _) -> a & 0xffff | b << 16);
        ints("prmt.b32 D, A, B, 0x888b;", (a, _, _) -> (a < 0 ? 0xff : 0) | fill(a) << 8);
    }

    /** The sign of the lowest byte, three times. */
    private static int fill(int a) {
        return (byte) a < 0 ? 0xffffff : 0;
    }

    @Test
    void sixteenBits() {
        String in = "mov.b32 {%h0, %h1}, A; mov.b32 {%h2, %h3}, B;";
        String out = "mov.b32 D, {%h4, %h5};";
        ints(
                in + "add.u16 %h4, %h0, %h2; mul.lo.s16 %h5, %h1, %h3;" + out,
                (a, b, _) -> a + b & 0xffff | (a >> 16) * (b >> 16) << 16);
        ints(
                in + "min.s16 %h4, %h0, %h2; shr.s16 %h5, %h1, 3;" + out,
                (a, b, _) -> Math.min((short) a, (short) b) & 0xffff | a >> 19 << 16);
        ints(in + "mul.wide.s16 D, %h0, %h2;", (a, b, _) -> (short) a * (short) b);
        ints(in + "mul.wide.u16 D, %h0, %h2;", (a, b, _) -> (a & 0xffff) * (b & 0xffff));
        ints(
                in + "setp.lt.s16 %p0, %h0, %h2; selp.b32 D, 1, 0, %p0;",
                (a, b, _) -> (short) a < (short) b ? 1 : 0);
    }

    @Test
    void sixtyFourBits() {
        longs("add.s64 D, A, B;", Long::sum);
        longs("sub.s64 D, A, B;", (x, y) -> x - y);
        longs("mul.lo.s64 D, A, B;", (x, y) -> x * y);
        longs("mul.hi.s64 D, A, B;", Math::multiplyHigh);
        longs("mul.hi.u64 D, A, B;", Math::unsignedMultiplyHigh);
        longs("mad.lo.s64 D, A, B, A;", (x, y) -> x * y + x);
        longs("div.s64 D, A, B;", (x, y) -> y == 0 ? -1 : x / y);
        longs("rem.s64 D, A, B;", (x, y) -> y == 0 ? x : x % y);
        longs("div.u64 D, A, B;", (x, y) -> y == 0 ? -1 : Long.divideUnsigned(x, y));
        longs("rem.u64 D, A, B;", (x, y) -> y == 0 ? x : Long.remainderUnsigned(x, y));
        longs("min.s64 D, A, B;", Math::min);
        longs("max.u64 D, A, B;", (x, y) -> Long.compareUnsigned(x, y) > 0 ? x : y);
        longs("neg.s64 D, A;", (x, _) -> -x);
        longs("abs.s64 D, A;", (x, _) -> Math.abs(x));
        longs("and.b64 D, A, B;", (x, y) -> x & y);
        longs("or.b64 D, A, B;", (x, y) -> x | y);
        longs("xor.b64 D, A, B;", (x, y) -> x ^ y);
        longs("not.b64 D, A;", (x, _) -> ~x);
        longs("brev.b64 D, A;", (x, _) -> Long.reverse(x));
        longs("shl.b64 D, A, 40;", (x, _) -> x << 40);
        longs("shl.b64 D, A, 64;", (_, _) -> 0);
        longs("shr.u64 D, A, 40;", (x, _) -> x >>> 40);
        longs("shr.s64 D, A, 70;", (x, _) -> x >> 63);
    }

    @Test
    void betweenWidths() {
        long[] wide = new long[A.length];
        long[] unsigned = new long[A.length];
        int[] counts = new int[A.length];
        int[] zeros = new int[A.length];
        for (int i = 0; i < A.length; i++) {
            wide[i] = (long) A[i] * B[i];
            unsigned[i] = u(A[i]) * u(B[i]) + X[i];
            counts[i] = Long.bitCount(X[i]);
            zeros[i] = Long.numberOfLeadingZeros(X[i]);
        }
        check("mul.wide.s32 D, A, B;", wide, A, B);
        check("mad.wide.u32 D, A, B, C;", unsigned, A, B, X);
        check("popc.b64 D, A;", counts, X);
        check("clz.b64 D, A;", zeros, X);
        check("mov.b64 {%r20, %r21}, A; mov.b64 D, {%r20, %r21};", X, X);
    }
}
