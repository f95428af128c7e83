package soma.maskrcnn.backbone;

import soma.nn.BatchNorm;
import soma.nn.FrozenBatchNorm;
import soma.nn.GroupNorm;
import soma.nn.Norm;
import soma.tensor.SomaException;

/** Normalisations by the names that detectron2's configs give them. */
public final class Norms {
    private Norms() {}

    /** Like {@link #of(String, int, double)} with the usual epsilon. */
    public static Norm of(String name, int channels) {
        return of(name, channels, FrozenBatchNorm.EPS);
    }

    /**
     * A normalisation over {@code channels} channels, or null for the empty name.
     *
     * @param frozenEps epsilon of frozen batch norms
     * @throws SomaException if the name is none of "", FrozenBN, BN, SyncBN, GN
     */
    public static Norm of(String name, int channels, double frozenEps) {
        return switch (name) {
            case "" -> null;
            case "FrozenBN" -> new FrozenBatchNorm(channels, frozenEps);
            // On one device the synchronised form is the plain one.
            case "BN", "SyncBN" -> new BatchNorm(channels);
            case "GN" -> new GroupNorm(channels);
            default ->
                    throw new SomaException(
                            "NORM: expected one of FrozenBN, BN, SyncBN, GN or an empty string, got"
                                    + " "
                                    + name);
        };
    }
}
