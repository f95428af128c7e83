package soma.maskrcnn.synthetic;

/** A closed outline as a radius over the angle: 1 plus waves of the 2nd to 5th order. */
final class Waves {
    /** The unit circle. */
    static final Waves NONE = new Waves(new double[0], new double[0]);

    private static final int FIRST_ORDER = 2;

    private final double[] amplitudes;
    private final double[] phases;

    private Waves(double[] amplitudes, double[] phases) {
        this.amplitudes = amplitudes;
        this.phases = phases;
    }

    static Waves draw(Dice dice, double strength) {
        double[] amplitudes = new double[4];
        double[] phases = new double[4];
        for (int i = 0; i < amplitudes.length; i++) {
            amplitudes[i] = strength * dice.between(0.3, 1) / (i + 1);
            phases[i] = dice.angle();
        }
        return new Waves(amplitudes, phases);
    }

    /** Largest excess over the radius 1. */
    double sum() {
        double sum = 0;
        for (double amplitude : amplitudes) {
            sum += amplitude;
        }
        return sum;
    }

    /** Radius in the direction of (u, v). */
    double radius(double u, double v) {
        if (amplitudes.length == 0) {
            return 1;
        }
        double theta = StrictMath.atan2(v, u);
        double radius = 1;
        for (int i = 0; i < amplitudes.length; i++) {
            radius += amplitudes[i] * StrictMath.cos((FIRST_ORDER + i) * theta + phases[i]);
        }
        return radius;
    }
}
