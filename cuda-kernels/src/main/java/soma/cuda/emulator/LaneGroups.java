package soma.cuda.emulator;

/**
 * Lanes of a warp by the place where they stand. Those at the lowest place run until they reach the
 * next group, and join it: so lanes that took different ways come together at the first instruction
 * after both.
 */
final class LaneGroups {
    private final int[] places = new int[Warp.LANES + 1];
    private final int[] masks = new int[Warp.LANES + 1];
    private int size;

    /** All lanes at the first instruction. */
    void start(int lanes) {
        size = 1;
        places[0] = 0;
        masks[0] = lanes;
    }

    /** Whether all lanes have left. */
    boolean isEmpty() {
        return size == 0;
    }

    /** Takes out the group at the lowest place. */
    void remove() {
        size--;
        // Kept descending, so that the lowest is last.
    }

    /** Place of the group that runs. */
    int place() {
        return places[size - 1];
    }

    /** Lanes of the group that runs. */
    int mask() {
        return masks[size - 1];
    }

    /** Place at which the group that runs meets another; none: beyond all code. */
    int meeting() {
        return size < 2 ? Integer.MAX_VALUE : places[size - 2];
    }

    /** Lanes of all groups. */
    int all() {
        int all = 0;
        for (int i = 0; i < size; i++) {
            all |= masks[i];
        }
        return all;
    }

    /** Puts lanes at a place, joining those that are there. */
    void add(int place, int mask) {
        if (mask == 0) {
            return;
        }
        int i = size;
        while (i > 0 && places[i - 1] < place) {
            i--;
        }
        if (i > 0 && places[i - 1] == place) {
            masks[i - 1] |= mask;
            return;
        }
        System.arraycopy(places, i, places, i + 1, size - i);
        System.arraycopy(masks, i, masks, i + 1, size - i);
        places[i] = place;
        masks[i] = mask;
        size++;
    }
}
