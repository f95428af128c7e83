package soma.maskrcnn.structures;

import java.util.Arrays;

/**
 * Connected parts of a mask and of its background, by union-find over vertical runs. The mask is
 * 8-connected and its background 4-connected, the pair under which a closed line separates.
 */
final class MaskParts {
    private int[] column = new int[64];
    private int[] top = new int[64];
    private int[] bottom = new int[64];
    private int[] parent = new int[64];
    private int size;

    private MaskParts() {}

    /** The part with the most pixels, the leftmost among equals; the mask itself if it is empty. */
    static Rle largest(Rle mask) {
        MaskParts runs = new MaskParts();
        mask.forEachColumnRun(runs::add);
        runs.connect(1);
        int[] areas = new int[runs.size];
        int best = -1;
        for (int i = 0; i < runs.size; i++) {
            areas[runs.root(i)] += runs.bottom[i] - runs.top[i];
        }
        for (int i = 0; i < runs.size; i++) {
            if (best < 0 || areas[i] > areas[best]) {
                best = i;
            }
        }
        if (best < 0 || areas[best] == mask.area()) {
            return mask;
        }
        boolean[] wanted = new boolean[runs.size];
        wanted[best] = true;
        return runs.pick(wanted, mask.height(), mask.width());
    }

    /** The mask with every part of the background that doesn't reach the image's border. */
    static Rle fillHoles(Rle mask) {
        MaskParts gaps = new MaskParts();
        MaskBounds box = mask.bounds();
        int[] next = {box.x0(), box.y0()};
        mask.forEachColumnRun(
                (x, runTop, runBottom) -> {
                    while (next[0] < x) {
                        gaps.add(next[0]++, next[1], box.y1());
                        next[1] = box.y0();
                    }
                    gaps.add(x, next[1], runTop);
                    next[1] = runBottom;
                });
        if (!mask.isEmpty()) {
            gaps.add(next[0], next[1], box.y1());
        }
        gaps.connect(0);
        // What reaches the border of the bounds reaches the outside: there is nothing beyond.
        boolean[] holes = new boolean[gaps.size];
        Arrays.fill(holes, true);
        for (int i = 0; i < gaps.size; i++) {
            int x = gaps.column[i];
            if (x == box.x0()
                    || x == box.x1() - 1
                    || gaps.top[i] == box.y0()
                    || gaps.bottom[i] == box.y1()) {
                holes[gaps.root(i)] = false;
            }
        }
        return mask.union(gaps.pick(holes, mask.height(), mask.width()));
    }

    private void add(int x, int from, int to) {
        if (from >= to) {
            return;
        }
        if (size == column.length) {
            column = Arrays.copyOf(column, 2 * size);
            top = Arrays.copyOf(top, 2 * size);
            bottom = Arrays.copyOf(bottom, 2 * size);
            parent = Arrays.copyOf(parent, 2 * size);
        }
        column[size] = x;
        top[size] = from;
        bottom[size] = to;
        parent[size] = size;
        size++;
    }

    /**
     * Joins runs of neighbouring columns.
     *
     * @param reach 1 if corners connect, else 0
     */
    private void connect(int reach) {
        int left = 0;
        for (int i = 0; i < size; i++) {
            while (column[left] < column[i] - 1
                    || column[left] == column[i] - 1 && bottom[left] + reach <= top[i]) {
                left++;
            }
            for (int j = left; column[j] == column[i] - 1 && top[j] < bottom[i] + reach; j++) {
                join(i, j);
            }
        }
    }

    private int root(int i) {
        int r = i;
        while (parent[r] != r) {
            parent[r] = parent[parent[r]];
            r = parent[r];
        }
        return r;
    }

    /** The root of a part is its first run. */
    private void join(int i, int j) {
        int a = root(i);
        int b = root(j);
        parent[Math.max(a, b)] = Math.min(a, b);
    }

    private Rle pick(boolean[] roots, int height, int width) {
        RunBuilder runs = new RunBuilder();
        for (int i = 0; i < size; i++) {
            if (roots[root(i)]) {
                runs.add(column[i] * height + top[i], column[i] * height + bottom[i]);
            }
        }
        return runs.build(height, width);
    }
}
