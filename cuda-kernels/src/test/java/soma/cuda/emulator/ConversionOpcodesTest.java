package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static soma.cuda.emulator.InstructionRun.check;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import soma.tensor.DeviceException;

import java.util.function.DoubleToLongFunction;
import java.util.function.IntPredicate;

/** Conversions, comparisons, selections, one instruction at a time, against Java. */
class ConversionOpcodesTest {
    private static final int[] A = Operand.a();
    private static final int[] B = Operand.b();
    private static final float[] F = Operand.floatA();
    private static final float[] G = Operand.floatB();
    private static final long[] X = Operand.longA();
    private static final int N = Operand.count();

    /** A function of a lane's number. */
    private interface Lane<T> {
        T of(int lane);
    }

    private static void ints(String text, Lane<Integer> f, Object... operands) {
        int[] expected = new int[N];
        for (int i = 0; i < N; i++) {
            expected[i] = f.of(i);
        }
        check(text, expected, operands);
    }

    private static void longs(String text, Lane<Long> f, Object... operands) {
        long[] expected = new long[N];
        for (int i = 0; i < N; i++) {
            expected[i] = f.of(i);
        }
        check(text, expected, operands);
    }

    private static void floats(String text, Lane<Float> f, Object... operands) {
        float[] expected = new float[N];
        for (int i = 0; i < N; i++) {
            expected[i] = f.of(i);
        }
        check(text, expected, operands);
    }

    private static int clamped(double x, double low, double high) {
        return Double.isNaN(x) ? 0 : (int) (long) Math.clamp(x, low, high);
    }

    @Test
    void floatsToIntegersSaturate() {
        double max = Integer.MAX_VALUE;
        ints("cvt.rzi.s32.f32 D, A;", i -> (int) F[i], F);
        ints("cvt.rni.s32.f32 D, A;", i -> clamped(Math.rint(F[i]), -max - 1, max), F);
        ints("cvt.rmi.s32.f32 D, A;", i -> clamped(Math.floor(F[i]), -max - 1, max), F);
        ints("cvt.rpi.s32.f32 D, A;", i -> clamped(Math.ceil(F[i]), -max - 1, max), F);
        ints("cvt.rzi.u32.f32 D, A;", i -> clamped(F[i], 0, 2 * max + 1), F);
        longs("cvt.rzi.s64.f32 D, A;", i -> (long) F[i], F);
        DoubleToLongFunction unsigned = x -> x >= 0x1p63 ? 2 * (long) (x / 2) : (long) x;
        longs(
                "cvt.rzi.u64.f32 D, A;",
                i -> F[i] >= 0x1p64f ? -1L : F[i] > 0 ? unsigned.applyAsLong(F[i]) : 0L,
                F);
    }

    @Test
    void integersToFloatsAreRoundedOnce() {
        floats("cvt.rn.f32.s32 D, A;", i -> (float) A[i], A);
        floats("cvt.rn.f32.u32 D, A;", i -> (float) Integer.toUnsignedLong(A[i]), A);
        floats("cvt.rn.f32.s64 D, A;", i -> (float) X[i], X);
        floats(
                "cvt.rn.f32.u64 D, A;",
                i -> new java.math.BigInteger(Long.toUnsignedString(X[i])).floatValue(),
                X);
    }

    @Test
    void integersAreCutAndExtended() {
        longs("cvt.s64.s32 D, A;", i -> (long) A[i], A);
        longs("cvt.u64.u32 D, A;", i -> Integer.toUnsignedLong(A[i]), A);
        ints("cvt.u32.u64 D, A;", i -> (int) X[i], X);
        ints("cvt.u32.u8 D, A;", i -> A[i] & 0xff, A);
        ints("cvt.s32.s8 D, A;", i -> (int) (byte) A[i], A);
        ints("cvt.s32.s16 D, A;", i -> (int) (short) A[i], A);
        ints("cvt.sat.u8.s32 D, A;", i -> Math.clamp(A[i], 0, 255), A);
        ints("cvt.sat.s8.s32 D, A;", i -> Math.clamp(A[i], -128, 127), A);
    }

    @Test
    void floatsToFloats() {
        double[] doubles = Operand.doubleA();
        floats("cvt.rn.f32.f64 D, A;", i -> (float) doubles[i], doubles);
        floats("cvt.rni.f32.f32 D, A;", i -> (float) Math.rint(F[i]), F);
        floats(
                "cvt.rzi.f32.f32 D, A;",
                i -> (float) (F[i] < 0 ? Math.ceil(F[i]) : Math.floor(F[i])),
                F);
        floats("cvt.rmi.f32.f32 D, A;", i -> (float) Math.floor(F[i]), F);
        floats("cvt.rpi.f32.f32 D, A;", i -> (float) Math.ceil(F[i]), F);
        floats("cvt.sat.f32.f32 D, A;", i -> F[i] > 0 ? Math.min(F[i], 1) : 0f, F);
        double tenth = 0.1;
        check(
                "cvt.rz.f32.f64 D, A;",
                new float[] {Math.nextDown(0.1f), 1},
                new double[] {tenth, 1});
        check(
                "cvt.rp.f32.f64 D, A;",
                new float[] {0.1f, -Math.nextDown(0.1f)},
                new double[] {tenth, -tenth});
        check(
                "cvt.rm.f32.f64 D, A;",
                new float[] {Math.nextDown(0.1f), -0.1f},
                new double[] {tenth, -tenth});
    }

    @Test
    void halfPrecision() {
        ints(
                "cvt.rn.f16.f32 %h0, A; mov.b32 D, {%h0, %h0};",
                i -> (Float.floatToFloat16(F[i]) & 0xffff) * 0x10001, F);
        floats(
                "cvt.rn.f16.f32 %h0, A; cvt.f32.f16 D, %h0;",
                i -> Float.float16ToFloat(Float.floatToFloat16(F[i])), F);
        // bfloat16: ties go to even.
        float[] in = {1, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f, -3};
        float[] near = {1, 1, 1 + 0x1p-6f, 1 + 0x1p-7f, -3};
        check("cvt.rn.bf16.f32 %h0, A; mov.b32 %r20, {0, %h0}; mov.b32 D, %r20;", near, in);
        check(
                "cvt.rn.bf16x2.f32 %r20, A, 0f40000000; and.b32 %r20, %r20, 0xffff0000;"
                        + " mov.b32 D, %r20;",
                near, in);
        // tf32: ties go away from zero.
        float[] tf32 = {1, 1 + 0x1p-11f, -1 - 0x1p-11f, 1 + 0x1p-12f};
        check(
                "cvt.rna.tf32.f32 %r20, A; mov.b32 D, %r20;",
                new float[] {1, 1 + 0x1p-10f, -1 - 0x1p-10f, 1}, tf32);
    }

    @Test
    void comparisonsOfFloats() {
        holds("eq.f32", i -> F[i] == G[i], F, G);
        holds("ne.f32", i -> F[i] < G[i] || F[i] > G[i], F, G);
        holds("lt.f32", i -> F[i] < G[i], F, G);
        holds("le.f32", i -> F[i] <= G[i], F, G);
        holds("gt.f32", i -> F[i] > G[i], F, G);
        holds("ge.f32", i -> F[i] >= G[i], F, G);
        holds("equ.f32", i -> !(F[i] < G[i] || F[i] > G[i]), F, G);
        holds("neu.f32", i -> F[i] != G[i], F, G);
        holds("ltu.f32", i -> !(F[i] >= G[i]), F, G);
        holds("leu.f32", i -> !(F[i] > G[i]), F, G);
        holds("gtu.f32", i -> !(F[i] <= G[i]), F, G);
        holds("geu.f32", i -> !(F[i] < G[i]), F, G);
        holds("num.f32", i -> !Float.isNaN(F[i]) && !Float.isNaN(G[i]), F, G);
        holds("nan.f32", i -> Float.isNaN(F[i]) || Float.isNaN(G[i]), F, G);
        double[] x = Operand.doubleA();
        double[] y = Operand.doubleB();
        holds("ltu.f64", i -> !(x[i] >= y[i]), x, y);
    }

    @Test
    void comparisonsOfIntegers() {
        holds("eq.s32", i -> A[i] == B[i], A, B);
        holds("ne.u32", i -> A[i] != B[i], A, B);
        holds("lt.s32", i -> A[i] < B[i], A, B);
        holds("le.u32", i -> Integer.compareUnsigned(A[i], B[i]) <= 0, A, B);
        holds("gt.u32", i -> Integer.compareUnsigned(A[i], B[i]) > 0, A, B);
        holds("hs.u32", i -> Integer.compareUnsigned(A[i], B[i]) >= 0, A, B);
        holds("ge.s32", i -> A[i] >= B[i], A, B);
        long[] y = Operand.longB();
        holds("lt.s64", i -> X[i] < y[i], X, y);
        holds("gt.u64", i -> Long.compareUnsigned(X[i], y[i]) > 0, X, y);
    }

    private static void holds(String relation, IntPredicate expected, Object a, Object b) {
        ints(
                "setp."
                        + relation
                        + " %p0|%p1, A, B; selp.b32 D, 1, 2, %p0;"
                        + " @%p1 add.u32 D, D, 4;",
                i -> expected.test(i) ? 1 : 6,
                a,
                b);
    }

    @Test
    void predicatesAreCombined() {
        String and = "setp.ne.u32 %p2, B, 0; setp.lt.and.s32 %p0|%p1, A, B, %p2;";
        String out = "selp.b32 D, 1, 0, %p0; @%p1 or.b32 D, D, 2;";
        ints(and + out, i -> B[i] == 0 ? 0 : A[i] < B[i] ? 1 : 2, A, B);
        ints(
                "setp.ne.u32 %p2, B, 0; setp.lt.or.s32 %p0, A, B, !%p2; selp.b32 D, 1, 0, %p0;",
                i -> B[i] == 0 || A[i] < B[i] ? 1 : 0, A, B);
        ints(
                "setp.ne.u32 %p1, B, 0; setp.lt.s32 %p2, A, 0; xor.pred %p0, %p1, %p2;"
                        + " and.pred %p1, %p0, %p1; not.pred %p2, %p1; selp.b32 D, 1, 0, %p2;",
                i -> B[i] != 0 && A[i] >= 0 ? 0 : 1, A, B);
    }

    @Test
    void selections() {
        floats(
                "setp.lt.f32 %p0, A, B; selp.f32 D, A, B, %p0;",
                i -> F[i] < G[i] ? F[i] : G[i], F, G);
        ints("slct.b32.s32 D, A, 5, B;", i -> B[i] >= 0 ? A[i] : 5, A, B);
        ints("set.lt.u32.s32 D, A, B;", i -> A[i] < B[i] ? -1 : 0, A, B);
        floats("set.lt.f32.s32 D, A, B;", i -> A[i] < B[i] ? 1f : 0, A, B);
        ints(
                "testp.finite.f32 %p0, A; selp.b32 D, 1, 0, %p0;",
                i -> Float.isFinite(F[i]) ? 1 : 0, F);
        ints(
                "testp.notanumber.f32 %p0, A; selp.b32 D, 1, 0, %p0;",
                i -> Float.isNaN(F[i]) ? 1 : 0, F);
        ints(
                "testp.subnormal.f32 %p0, A; selp.b32 D, 1, 0, %p0;",
                i -> F[i] != 0 && Math.abs(F[i]) < Float.MIN_NORMAL ? 1 : 0, F);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add.rz.f32 %f0, %f1, %f2;",
                "mul.rn.ftz.f32 %f0, %f1, %f2;",
                "add.sat.u32 %r0, %r1, %r2;",
                "mad.hi.s64 %d0, %d1, %d2, %d3;",
                "cvt.rz.f32.s32 %f0, %r1;",
                "setp.lt.ftz.f32 %p0, %f1, %f2;",
                "setp.ltu.u32 %p0, %r1, %r2;",
                "addc.u32 %r0, %r1, %r2;"
            })
    void whatIsNotHeededIsAnError(String instruction) {
        try (KernelRun run = new KernelRun()) {
            String message =
                    assertThrows(
                                    DeviceException.class,
                                    () ->
                                            run.run(
                                                    soma.cuda.driver.Geometry.of(1, 1),
                                                    instruction,
                                                    new soma.cuda.driver.Arguments()))
                            .getMessage();
            assertTrue(message.startsWith("test.ptx:"), message);
            assertTrue(message.contains(instruction.replace(";", "")), message);
            assertTrue(message.contains("the emulator doesn't know"), message);
        }
    }
}
