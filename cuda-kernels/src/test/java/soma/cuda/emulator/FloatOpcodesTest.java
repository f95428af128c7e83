package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import static soma.cuda.emulator.InstructionRun.check;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Floating-point numbers, one instruction at a time, against Java. */
class FloatOpcodesTest {
    private static final float[] A = Operand.floatA();
    private static final float[] B = Operand.floatB();
    private static final float[] C = Operand.floatC();
    private static final double[] X = Operand.doubleA();
    private static final double[] Y = Operand.doubleB();

    /** A function of three floats. */
    private interface Floats {
        float of(float a, float b, float c);
    }

    private static void floats(String text, Floats f) {
        float[] expected = new float[A.length];
        for (int i = 0; i < A.length; i++) {
            expected[i] = f.of(A[i], B[i], C[i]);
        }
        check(text, expected, A, B, C);
    }

    private static void doubles(String text, DoubleBinaryOperator f) {
        double[] expected = new double[X.length];
        for (int i = 0; i < X.length; i++) {
            expected[i] = f.applyAsDouble(X[i], Y[i]);
        }
        check(text, expected, X, Y);
    }

    /** With one rounding, by exact decimals where all is finite. */
    private static float fused(float a, float b, float c) {
        if (!Float.isFinite(a) || !Float.isFinite(b) || !Float.isFinite(c)) {
            return (float) ((double) a * b + c);
        }
        BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
        return exact.signum() == 0 ? a * b + c : exact.floatValue();
    }

    @Test
    void arithmetic() {
        floats("add.rn.f32 D, A, B;", (a, b, _) -> a + b);
        floats("sub.f32 D, A, B;", (a, b, _) -> a - b);
        floats("mul.rn.f32 D, A, B;", (a, b, _) -> a * b);
        floats("fma.rn.f32 D, A, B, C;", FloatOpcodesTest::fused);
        floats("div.rn.f32 D, A, B;", (a, b, _) -> a / b);
        floats("rcp.rn.f32 D, A;", (a, _, _) -> 1 / a);
        floats("sqrt.rn.f32 D, A;", (a, _, _) -> (float) Math.sqrt(a));
        floats("neg.f32 D, A;", (a, _, _) -> -a);
        floats("abs.f32 D, A;", (a, _, _) -> Math.abs(a));
        floats("copysign.f32 D, A, B;", (a, b, _) -> Math.copySign(b, a));
        floats("add.sat.f32 D, A, B;", (a, b, _) -> a + b > 0 ? Math.min(a + b, 1) : 0);
    }

    @Test
    void theNumberWinsOverNotANumber() {
        floats(
                "min.f32 D, A, B;",
                (a, b, _) -> Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.min(a, b));
        floats(
                "max.f32 D, A, B;",
                (a, b, _) -> Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b));
        doubles(
                "min.f64 D, A, B;",
                (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y));
        doubles(
                "max.f64 D, A, B;",
                (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y));
    }

    @Test
    void doubles() {
        doubles("add.rn.f64 D, A, B;", Double::sum);
        doubles("sub.rn.f64 D, A, B;", (x, y) -> x - y);
        doubles("mul.rn.f64 D, A, B;", (x, y) -> x * y);
        doubles("div.rn.f64 D, A, B;", (x, y) -> x / y);
        doubles("fma.rn.f64 D, A, B, A;", (x, y) -> Math.fma(x, y, x));
        doubles("sqrt.rn.f64 D, A;", (x, _) -> Math.sqrt(x));
        doubles("rcp.rn.f64 D, A;", (x, _) -> 1 / x);
        doubles("neg.f64 D, A;", (x, _) -> -x);
        doubles("abs.f64 D, A;", (x, _) -> Math.abs(x));
        doubles("copysign.f64 D, A, B;", (x, y) -> Math.copySign(y, x));
    }

    @Test
    void approximationsAreAsFarOffAsPtxAllows() {
        float[] in = {0.25f, 0.7f, 1.5f, 2, 3.75f, 9, 20};
        approximation("ex2.approx.f32 D, A;", in, x -> Math.pow(2, x), 0x1p-21);
        approximation("lg2.approx.f32 D, A;", in, x -> Math.log(x) / Math.log(2), 0x1p-20);
        approximation("rcp.approx.f32 D, A;", in, x -> 1 / x, 0x1p-22);
        approximation("rsqrt.approx.f32 D, A;", in, x -> 1 / Math.sqrt(x), 0x1p-22);
        approximation("sqrt.approx.f32 D, A;", in, Math::sqrt, 0x1p-22);
        approximation("tanh.approx.f32 D, A;", in, Math::tanh, 0x1p-10);
        // Their errors are absolute, and some of these values small.
        approximation("sin.approx.f32 D, A;", in, Math::sin, 0x1p-16);
        approximation("cos.approx.f32 D, A;", in, Math::cos, 0x1p-16);
    }

    private static void approximation(
            String text, float[] in, DoubleUnaryOperator f, double tolerance) {
        float[] out = (float[]) InstructionRun.run(text, new float[in.length], in);
        boolean anyOff = false;
        for (int i = 0; i < in.length; i++) {
            double exact = f.applyAsDouble(in[i]);
            double error = Math.abs(out[i] - exact) / Math.abs(exact);
            assertTrue(error < tolerance, text + " of " + in[i] + ": " + out[i]);
            anyOff |= out[i] != (float) exact;
        }
        assertTrue(anyOff, text + " is better than a GPU's");
    }

    @Test
    void approximationsAreExactWherePtxSaysSo() {
        check("ex2.approx.f32 D, A;", new float[] {1, 1}, new float[] {0, -0f});
        check("lg2.approx.f32 D, A;", new float[] {0}, new float[] {1});
        check("sin.approx.f32 D, A;", new float[] {0, -0f}, new float[] {0, -0f});
        check("cos.approx.f32 D, A;", new float[] {1}, new float[] {0});
        check("tanh.approx.f32 D, A;", new float[] {0}, new float[] {0});
        float infinity = Float.POSITIVE_INFINITY;
        check("rcp.approx.f32 D, A;", new float[] {infinity, 0}, new float[] {0, infinity});
        check("ex2.approx.f32 D, A;", new float[] {0, infinity}, new float[] {-infinity, infinity});
    }
}
