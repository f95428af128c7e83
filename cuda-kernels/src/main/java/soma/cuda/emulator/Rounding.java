package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;

import java.util.Locale;

/** How a conversion rounds: to a float, or, where the name ends in i, to a whole number. */
enum Rounding {
    RN,
    RZ,
    RM,
    RP,
    RNI,
    RZI,
    RMI,
    RPI;

    /** The one that an instruction names; RN if none. */
    static Rounding of(PtxInstruction i) {
        for (Rounding rounding : values()) {
            if (i.has("." + rounding.name().toLowerCase(Locale.ROOT))) {
                return rounding;
            }
        }
        return RN;
    }

    /** A number as it is, or the whole one that is asked for. */
    double whole(double x) {
        return switch (this) {
            case RNI -> Math.rint(x);
            case RZI -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case RMI -> Math.floor(x);
            case RPI -> Math.ceil(x);
            default -> x;
        };
    }

    /** The float32 of a float64. */
    float single(double x) {
        float nearest = (float) x;
        if (Double.isNaN(x) || nearest == x) {
            return nearest;
        }
        return switch (this) {
            case RZ ->
                    Math.abs((double) nearest) > Math.abs(x) ? Math.nextAfter(nearest, 0) : nearest;
            case RM -> nearest > x ? Math.nextDown(nearest) : nearest;
            case RP -> nearest < x ? Math.nextUp(nearest) : nearest;
            default -> nearest;
        };
    }
}
