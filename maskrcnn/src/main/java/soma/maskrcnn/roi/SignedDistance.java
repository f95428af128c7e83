package soma.maskrcnn.roi;

/**
 * How far each cell of a square mask is from its outline, as the reference code of Kervadec et al.
 * 2019 has it: outside the Euclidean distance to the nearest cell of the mask, inside minus the
 * distance to the nearest cell outside, plus 1. A mask of all cells or of none has no outline: 0.
 */
final class SignedDistance {
    private SignedDistance() {}

    /**
     * Distances in cells: float [masks * side * side].
     *
     * @param targets [masks * side * side]; a cell of at least one half belongs to the mask
     */
    static float[] of(float[] targets, int side) {
        float[] out = new float[targets.length];
        int area = side * side;
        boolean[] inside = new boolean[area];
        for (int from = 0; from < targets.length; from += area) {
            int count = 0;
            for (int i = 0; i < area; i++) {
                inside[i] = targets[from + i] >= 0.5f;
                count += inside[i] ? 1 : 0;
            }
            if (count == 0 || count == area) {
                continue;
            }
            int[] toInside = squaredDistances(inside, side, true);
            int[] toOutside = squaredDistances(inside, side, false);
            for (int i = 0; i < area; i++) {
                out[from + i] =
                        (float) (inside[i] ? 1 - Math.sqrt(toOutside[i]) : Math.sqrt(toInside[i]));
            }
        }
        return out;
    }

    /** From each cell to the nearest of value {@code wanted}, which exists: columns, then rows. */
    private static int[] squaredDistances(boolean[] cells, int side, boolean wanted) {
        int[] along = new int[side * side];
        // Beyond every distance in the square, and its square is an int.
        int far = 2 * side;
        for (int x = 0; x < side; x++) {
            int distance = far;
            for (int y = 0; y < side; y++) {
                distance = cells[y * side + x] == wanted ? 0 : Math.min(far, distance + 1);
                along[y * side + x] = distance;
            }
            for (int y = side - 1; y >= 0; y--) {
                distance = Math.min(distance + 1, along[y * side + x]);
                along[y * side + x] = distance;
            }
        }
        int[] nearest = new int[side * side];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int best = Integer.MAX_VALUE;
                for (int k = 0; k < side; k++) {
                    int column = along[y * side + k];
                    best = Math.min(best, (x - k) * (x - k) + column * column);
                }
                nearest[y * side + x] = best;
            }
        }
        return nearest;
    }
}
