package soma.cuda;

import soma.tensor.spi.ConvGeometry;

/**
 * What a convolution computes, and its sizes as a matrix product [rows, terms] x [terms, columns]
 * per group.
 */
enum ConvDirection {
    /** The output. */
    FORWARD("conv_forward") {
        @Override
        int rows(ConvGeometry g) {
            return outputPixels(g);
        }

        @Override
        int columns(ConvGeometry g) {
            return g.co() / g.groups();
        }

        @Override
        int terms(ConvGeometry g) {
            return g.kh() * g.kw() * (g.ci() / g.groups());
        }
    },

    /** The gradient with respect to the input. */
    DATA("conv_data") {
        @Override
        int rows(ConvGeometry g) {
            return g.n() * g.h() * g.w();
        }

        @Override
        int columns(ConvGeometry g) {
            return g.ci() / g.groups();
        }

        @Override
        int terms(ConvGeometry g) {
            return g.kh() * g.kw() * (g.co() / g.groups());
        }
    },

    /** The gradient with respect to the weights. */
    FILTER("conv_filter") {
        @Override
        int rows(ConvGeometry g) {
            return g.kh() * g.kw() * (g.ci() / g.groups());
        }

        @Override
        int columns(ConvGeometry g) {
            return g.co() / g.groups();
        }

        @Override
        int terms(ConvGeometry g) {
            return outputPixels(g);
        }
    };

    private final String entry;

    ConvDirection(String entry) {
        this.entry = entry;
    }

    /** How the names of its kernels begin. */
    String entry() {
        return entry;
    }

    /** Rows of the result, the same for all groups. */
    abstract int rows(ConvGeometry g);

    /** Columns of a group's part of the result. */
    abstract int columns(ConvGeometry g);

    /** Terms of each sum. */
    abstract int terms(ConvGeometry g);

    /** Channels of a group that lie side by side in the first operand. */
    int channelsA(ConvGeometry g) {
        return (this == DATA ? g.co() : g.ci()) / g.groups();
    }

    /** Output channels of a group: the second operand's rows consist of them in every direction. */
    static int channelsB(ConvGeometry g) {
        return g.co() / g.groups();
    }

    private static int outputPixels(ConvGeometry g) {
        return g.n() * g.outH() * g.outW();
    }
}
