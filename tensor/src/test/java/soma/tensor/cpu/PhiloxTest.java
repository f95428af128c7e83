package soma.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class PhiloxTest {
    /** The known answers that Random123 (Salmon et al.) comes with, for philox4x32 of 10 rounds. */
    @Test
    void knownAnswers() {
        check(new int[4], 0, 0, new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
        check(
                new int[] {-1, -1, -1, -1},
                -1,
                -1,
                new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
        check(
                new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                0xa4093822,
                0x299f31d0,
                new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
    }

    private static void check(int[] counter, int key0, int key1, int[] expected) {
        Philox.block(counter, key0, key1);
        assertArrayEquals(expected, counter);
    }

    @Test
    void aStreamIsTheWordsOfItsCounters() {
        long seed = 0x299f31d0a4093822L;
        int[] words = new int[14];
        Philox.fill(seed, words, 0, 14);
        for (int c = 0; c < 3; c++) {
            int[] block = {c, 0, 0, 0};
            Philox.block(block, 0xa4093822, 0x299f31d0);
            assertArrayEquals(block, Arrays.copyOfRange(words, 4 * c, 4 * c + 4));
        }
        int[] parts = new int[14];
        Philox.fill(seed, parts, 0, 8);
        Philox.fill(seed, parts, 8, 14);
        assertArrayEquals(words, parts);
    }
}
