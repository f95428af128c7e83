package soma.tensor.cpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import soma.tensor.SomaException;

/**
 * The vector width of the float32 kernels, fixed when the first kernel runs.
 *
 * <p>It is the width that the JDK prefers on this machine; the system property {@code
 * soma.vector.bits} (128, 256 or 512) forces another one. A forced width that the hardware lacks
 * works, slowly.
 */
public final class VectorWidth {
    /** Species of every float32 kernel; a constant, as the compiler needs it. */
    static final VectorSpecies<Float> SPECIES = species(System.getProperty("soma.vector.bits"));

    /** Floats per vector. */
    static final int LANES = SPECIES.length();

    /**
     * Whether a fused multiply-add is one instruction; without it the JDK would emulate it exactly
     * and very slowly.
     */
    static final boolean FUSED = hasFusedMultiplyAdd();

    private VectorWidth() {}

    /**
     * Bits per vector register: 128, 256 or 512 (or what the JDK prefers, where it prefers
     * something else).
     */
    public static int bits() {
        return SPECIES.vectorBitSize();
    }

    /**
     * Whether the kernels use fused multiply-add instructions; if not, they multiply and add with
     * two roundings.
     */
    public static boolean fusedMultiplyAdd() {
        return FUSED;
    }

    /** {@code a * b + c} per lane. */
    static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
        return FUSED ? a.fma(b, c) : a.mul(b).add(c);
    }

    /**
     * Preferred vectors of 256 bits or more mean AVX2, which comes with FMA3; 64-bit ARM always has
     * it. The system property {@code soma.vector.fma=false} switches it off.
     */
    private static boolean hasFusedMultiplyAdd() {
        if ("false".equals(System.getProperty("soma.vector.fma"))) {
            return false;
        }
        return FloatVector.SPECIES_PREFERRED.length() >= 8
                || "aarch64".equals(System.getProperty("os.arch"));
    }

    private static VectorSpecies<Float> species(String bits) {
        if (bits == null || bits.isBlank()) {
            return FloatVector.SPECIES_PREFERRED;
        }
        return switch (bits.strip()) {
            case "128" -> VectorSpecies.of(float.class, VectorShape.S_128_BIT);
            case "256" -> VectorSpecies.of(float.class, VectorShape.S_256_BIT);
            case "512" -> VectorSpecies.of(float.class, VectorShape.S_512_BIT);
            default ->
                    throw new SomaException(
                            "soma.vector.bits: expected 128, 256 or 512, got " + bits);
        };
    }
}
