package soma.tensor.cpu;

/**
 * The counter-based generator Philox4x32-10 (Salmon et al. 2011, Parallel Random Numbers: As Easy
 * as 1, 2, 3): four random words are a function of a counter and a key, so any of them can be had
 * without those before it.
 */
public final class Philox {
    private static final int ROUNDS = 10;
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final long MASK = 0xffffffffL;

    private Philox() {}

    /**
     * The four words of a counter.
     *
     * @param counter 4 words, replaced by the result
     * @param key0 first word of the key
     * @param key1 second word of the key
     */
    public static void block(int[] counter, int key0, int key1) {
        int c0 = counter[0];
        int c1 = counter[1];
        int c2 = counter[2];
        int c3 = counter[3];
        for (int round = 0; round < ROUNDS; round++) {
            long a = (MULTIPLIER_0 & MASK) * (c0 & MASK);
            long b = (MULTIPLIER_1 & MASK) * (c2 & MASK);
            c0 = (int) (b >>> 32) ^ c1 ^ (key0 + round * WEYL_0);
            c1 = (int) b;
            c2 = (int) (a >>> 32) ^ c3 ^ (key1 + round * WEYL_1);
            c3 = (int) a;
        }
        counter[0] = c0;
        counter[1] = c1;
        counter[2] = c2;
        counter[3] = c3;
    }

    /**
     * A part of the stream of a seed, whose word {@code w} is word {@code w % 4} of the counter
     * {@code (w / 4, 0, 0, 0)}; the key is the seed's low and its high half.
     *
     * @param words those from {@code from}, a multiple of 4, to {@code to} (exclusive) are set
     */
    public static void fill(long seed, int[] words, int from, int to) {
        int[] block = new int[4];
        for (int w = from; w < to; w += 4) {
            block[0] = w / 4;
            block[1] = 0;
            block[2] = 0;
            block[3] = 0;
            block(block, (int) seed, (int) (seed >>> 32));
            System.arraycopy(block, 0, words, w, Math.min(4, to - w));
        }
    }
}
