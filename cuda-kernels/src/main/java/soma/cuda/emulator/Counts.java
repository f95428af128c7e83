package soma.cuda.emulator;

import soma.tensor.spi.Instruments.KernelCount;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a kernel did: instructions, memory, barriers. */
final class Counts {
    /** DRAM and L2 move sectors of 32 bytes. */
    private static final int SECTOR_SHIFT = 5;

    private static final int BANKS = 32;

    /** Whether accesses are looked at, too; that takes time. */
    private final boolean detailed;

    private long launches;
    private long instructions;
    private long warpInstructions;
    private long globalBytes;
    private long sectors;
    private long sharedBytes;
    private long bankConflicts;
    private long barriers;

    Counts(boolean detailed) {
        this.detailed = detailed;
    }

    void launch() {
        launches++;
    }

    void instruction(int mask) {
        warpInstructions++;
        instructions += Integer.bitCount(mask);
    }

    void barrier() {
        barriers++;
    }

    /** A warp accesses memory. */
    void access(Addresses at, long[] addresses, int mask) {
        if (!detailed) {
            return;
        }
        long bytes = (long) Integer.bitCount(mask) * at.width();
        if (at.space() == Space.GLOBAL) {
            globalBytes += bytes;
            sectors += sectors(addresses, mask);
        } else if (at.space() == Space.SHARED) {
            sharedBytes += bytes;
            bankConflicts += turns(addresses, mask, at.width()) - turnsAtBest(mask, at.width());
        }
    }

    private static int sectors(long[] addresses, int mask) {
        long[] seen = new long[Warp.LANES];
        int n = 0;
        for (int m = mask; m != 0; m &= m - 1) {
            long sector = addresses[Integer.numberOfTrailingZeros(m)] >>> SECTOR_SHIFT;
            boolean known = false;
            for (int k = n - 1; k >= 0 && !known; k--) {
                known = seen[k] == sector;
            }
            if (!known) {
                seen[n++] = sector;
            }
        }
        return n;
    }

    /** Lanes are served so many at once that together they access at most 128 bytes. */
    private static int lanesPerTurn(int width) {
        return width <= 4 ? Warp.LANES : Warp.LANES * 4 / width;
    }

    private static int turnsAtBest(int mask, int width) {
        int group = lanesPerTurn(width);
        int turns = 0;
        for (int first = 0; first < Warp.LANES; first += group) {
            int lanes = group == Warp.LANES ? mask : mask >>> first & (1 << group) - 1;
            turns += lanes == 0 ? 0 : 1;
        }
        return turns;
    }

    private static int turns(long[] addresses, int mask, int width) {
        int group = lanesPerTurn(width);
        int turns = 0;
        for (int first = 0; first < Warp.LANES; first += group) {
            turns += turns(addresses, mask, first, group, Math.max(1, width / 4));
        }
        return turns;
    }

    /** Different words of one bank wait for each other; the same word is read once for all. */
    private static int turns(long[] addresses, int mask, int first, int group, int words) {
        long[][] ofBank = new long[BANKS][Warp.LANES];
        int[] used = new int[BANKS];
        int most = 0;
        for (int lane = first; lane < first + group; lane++) {
            if ((mask >>> lane & 1) == 0) {
                continue;
            }
            for (int k = 0; k < words; k++) {
                long word = (addresses[lane] >>> 2) + k;
                int bank = (int) (word % BANKS);
                boolean known = false;
                for (int j = 0; j < used[bank] && !known; j++) {
                    known = ofBank[bank][j] == word;
                }
                if (!known) {
                    ofBank[bank][used[bank]++] = word;
                    most = Math.max(most, used[bank]);
                }
            }
        }
        return most;
    }

    /** Adds what another counted. */
    synchronized void add(Counts other) {
        launches += other.launches;
        instructions += other.instructions;
        warpInstructions += other.warpInstructions;
        globalBytes += other.globalBytes;
        sectors += other.sectors;
        sharedBytes += other.sharedBytes;
        bankConflicts += other.bankConflicts;
        barriers += other.barriers;
    }

    long instructions() {
        return instructions;
    }

    long warpInstructions() {
        return warpInstructions;
    }

    /** For the outside. */
    KernelCount of(String kernel) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("instructions", instructions);
        counts.put("warp_instructions", warpInstructions);
        counts.put("barriers", barriers);
        if (detailed) {
            counts.put("global_bytes", globalBytes);
            counts.put("sectors", sectors);
            counts.put("shared_bytes", sharedBytes);
            counts.put("bank_conflicts", bankConflicts);
        }
        return new KernelCount(kernel, launches, counts);
    }
}
