package soma.cli.inspect;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

import soma.nn.checkpoint.HostTensor;

import java.util.Arrays;

/**
 * Singular values of a weight, seen as a matrix of its first dimension by all others: square roots
 * of the eigenvalues of the smaller Gram matrix, so that values below 1e-8 of the largest are
 * rounding.
 *
 * @param values descending
 */
public record Spectrum(double[] values) {
    /** Sides of the matrix that a tensor is seen as: {rows, columns}. */
    private static int[] sides(HostTensor tensor) {
        int rows = tensor.shape().dim(0);
        return new int[] {rows, tensor.size() / Math.max(1, rows)};
    }

    /** Whether a tensor is a matrix in this sense, with a smaller side of at most {@code limit}. */
    public static boolean fits(HostTensor tensor, int limit) {
        if (!tensor.isFloating() || tensor.shape().rank() < 2 || tensor.size() == 0) {
            return false;
        }
        int[] sides = sides(tensor);
        int smaller = Math.min(sides[0], sides[1]);
        return smaller > 1 && smaller <= limit;
    }

    /** Of a tensor that {@link #fits}, whose elements are all finite. */
    public static Spectrum of(HostTensor tensor) {
        int[] sides = sides(tensor);
        DMatrixRMaj matrix = DMatrixRMaj.wrap(sides[0], sides[1], tensor.doubles());
        int smaller = Math.min(sides[0], sides[1]);
        DMatrixRMaj gram = new DMatrixRMaj(smaller, smaller);
        if (sides[0] <= sides[1]) {
            CommonOps_DDRM.multTransB(matrix, matrix, gram);
        } else {
            CommonOps_DDRM.multTransA(matrix, matrix, gram);
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen =
                DecompositionFactory_DDRM.eig(smaller, false, true);
        if (!eigen.decompose(gram)) {
            throw new ArithmeticException("the eigenvalues of " + tensor + " do not converge");
        }
        double[] values = new double[smaller];
        for (int i = 0; i < smaller; i++) {
            values[i] = -Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
        }
        Arrays.sort(values);
        Arrays.setAll(values, i -> 0 - values[i]);
        return new Spectrum(values);
    }

    /** The spectral norm. */
    public double largest() {
        return values[0];
    }

    /** The smallest singular value. */
    public double smallest() {
        return values[values.length - 1];
    }

    /** Squared Frobenius norm over squared spectral norm (Rudelson and Vershynin 2007). */
    public double stableRank() {
        return Arrays.stream(values).map(v -> v * v).sum() / (largest() * largest());
    }

    /** Exponential of the entropy of the normalised singular values (Roy and Vetterli 2007). */
    public double effectiveRank() {
        double sum = Arrays.stream(values).sum();
        double entropy = 0;
        for (double v : values) {
            double p = v / sum;
            entropy -= p > 0 ? p * Math.log(p) : 0;
        }
        return Math.exp(entropy);
    }
}
