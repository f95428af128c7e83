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
    /** The same without what follows the sum, into another place. */
    ConvOperands partial(long to) {
        return new ConvOperands(a, b, 0, 0, false, to);
    }

    /** What all kernels of the family take. */
    Arguments arguments(ConvGeometry g, int quads, int slice, int tilesN) {
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
                .u32(quads | TileFlags.epilogue(relu, false))
                .u32(slice)
                .u32(tilesN);
    }
}
