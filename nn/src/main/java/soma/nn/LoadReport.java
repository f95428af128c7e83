package soma.nn;

import soma.tensor.Shape;

import java.util.List;

/**
 * What did not fit when a state dict was loaded.
 *
 * @param missing names of the module that the dict lacks
 * @param unexpected names of the dict that the module lacks
 * @param mismatched tensors of another shape, which were left as they were
 */
public record LoadReport(List<String> missing, List<String> unexpected, List<Mismatch> mismatched) {
    /** Copies the lists. */
    public LoadReport {
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        mismatched = List.copyOf(mismatched);
    }

    /** A tensor of another shape; shapes are in PyTorch's layout. */
    public record Mismatch(String name, Shape expected, Shape actual) {
        @Override
        public String toString() {
            return name + ": expected " + expected + ", got " + actual;
        }
    }

    /** Whether every name and shape agreed. */
    public boolean isExact() {
        return missing.isEmpty() && unexpected.isEmpty() && mismatched.isEmpty();
    }
}
