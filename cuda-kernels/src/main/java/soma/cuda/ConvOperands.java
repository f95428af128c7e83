package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.tensor.spi.ConvGeometry;

/**
 * Addresses of a convolution in the order of the kernels of {@code conv.ptx}; 0 for absent ones.
 *
 * @param a forward and filter: x; data: the output's gradient
 * @param b forward and data: the weights; filter: the output's gradient
 */
record ConvOperands(long a, long b, long bias, long residual, boolean relu, long out) {
    /** Without anything after the sum. */
    static ConvOperands of(long a, long b, long out) {
        return new ConvOperands(a, b, 0, 0, false, out);
    }

    /** The same without what follows the sum, into another place. */
    ConvOperands partial(long to) {
        return of(a, b, to);
    }

    /** The convolution as the matrix product that it is, if its kernel is a single pixel. */
    Product product(ConvDirection direction, ConvGeometry g) {
        return new Product(
                a,
                direction == ConvDirection.FILTER,
                b,
                direction == ConvDirection.DATA,
                bias,
                residual,
                relu,
                false,
                out,
                direction.rows(g),
                direction.columns(g) * g.groups(),
                direction.terms(g));
    }

    /** What all kernels of the family take. */
    Arguments arguments(ConvTile tile, ConvDirection direction, ConvGeometry g, int slice) {
        return new Arguments()
                .address(a)
                .address(b)
                .address(bias)
                .address(residual)
                .address(out)
                .u32(g.n())
                .u32(g.h())
                .u32(g.w())
                .u32(g.ci())
                .u32(g.co())
                .u32(g.kh())
                .u32(g.kw())
                .u32(g.strideH())
                .u32(g.strideW())
                .u32(g.padH())
                .u32(g.padW())
                .u32(g.dilationH())
                .u32(g.dilationW())
                .u32(g.groups())
                .u32(g.outH())
                .u32(g.outW())
                .u32(flags(tile, direction, g))
                .u32(slice)
                .u32(tile.tilesN(direction, g));
    }

    private int flags(ConvTile tile, ConvDirection direction, ConvGeometry g) {
        boolean quadsA = TileFlags.runs(a, direction.channelsA(g), tile.run(direction));
        boolean quadsB = TileFlags.quads(b, ConvDirection.channelsB(g));
        boolean quadsOut = TileFlags.quads(out | residual | bias, direction.columns(g));
        return TileFlags.epilogue(relu, false)
                | (quadsA ? TileFlags.QUADS_A : 0)
                | (quadsB ? TileFlags.QUADS_B : 0)
                | (quadsOut ? TileFlags.QUADS_OUT : 0);
    }
}
