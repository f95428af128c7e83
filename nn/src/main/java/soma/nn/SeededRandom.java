package soma.nn;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * A random stream whose whole state can be saved and restored: xoshiro256** 1.0 (Blackman and Vigna
 * 2018), seeded through SplitMix64 as its authors advise. The derived methods ({@code nextDouble},
 * {@code nextGaussian}, {@code nextInt(n)}) are those of {@link RandomGenerator}, which keep no
 * state of their own. Not for use by several threads.
 */
public final class SeededRandom implements RandomGenerator {
    private long s0;
    private long s1;
    private long s2;
    private long s3;

    /** The stream of a seed. */
    public SeededRandom(long seed) {
        long x = seed;
        s0 = splitMix(x += GOLDEN);
        s1 = splitMix(x += GOLDEN);
        s2 = splitMix(x += GOLDEN);
        s3 = splitMix(x + GOLDEN);
    }

    /** The stream of a name under a seed; different names give independent streams. */
    public SeededRandom(long seed, String name) {
        this(splitMix(seed) ^ hash(name));
    }

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static long splitMix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** FNV-1a over UTF-8, mixed once more since names differ in their last character only. */
    private static long hash(String name) {
        long h = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ (b & 0xff)) * 0x100000001B3L;
        }
        return splitMix(h);
    }

    @Override
    public long nextLong() {
        long result = Long.rotateLeft(s1 * 5, 7) * 9;
        long t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = Long.rotateLeft(s3, 45);
        return result;
    }

    /** The four words of state. */
    public long[] state() {
        return new long[] {s0, s1, s2, s3};
    }

    /**
     * Continues from a saved state.
     *
     * @throws IllegalArgumentException if it isn't four words, not all zero
     */
    public void state(long[] words) {
        if (words.length != 4 || (words[0] | words[1] | words[2] | words[3]) == 0) {
            throw new IllegalArgumentException(
                    "random state: expected four words, not all zero, got " + words.length);
        }
        s0 = words[0];
        s1 = words[1];
        s2 = words[2];
        s3 = words[3];
    }
}
