package soma.maskrcnn.synthetic;

import java.util.Locale;

/** The three kinds of cells that are drawn, named after the cell lines that they resemble. */
public enum CellKind {
    /** Neuroblastoma-like: a small spindle with one to three long thin processes. */
    SHSY5Y,
    /** Astrocyte-like: large, flat, branching, of low contrast. */
    ASTRO,
    /** Cortical-neuron-like: small round bodies with a bright halo, in clusters. */
    CORT;

    /** The name of the class in annotations: {@code shsy5y}, {@code astro} or {@code cort}. */
    public String className() {
        return name().toLowerCase(Locale.ROOT);
    }
}
