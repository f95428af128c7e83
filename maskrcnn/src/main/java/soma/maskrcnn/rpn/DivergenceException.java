package soma.maskrcnn.rpn;

import soma.tensor.SomaException;

/** Numbers that should be finite are not: training has diverged. */
public final class DivergenceException extends SomaException {
    private static final long serialVersionUID = 1L;

    /** Says what is not finite. */
    public DivergenceException(String message) {
        super(message);
    }
}
