package soma.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** Blocks cover each element of each tensor once, and are neither too many nor too long. */
class TensorTableTest {
    private static final int MOST_BLOCKS = 2048;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1024,1025,1023",
                "5,0,7",
                "2097152",
                "2097153,1",
                "9437184,64,2359296,256,91",
                "2147483647",
                "2147483647,2147483647,2147483647"
            })
    void blocksCoverAllElements(String list) {
        int[] sizes = Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
        TensorTable table = new TensorTable(1);
        for (int size : sizes) {
            table.add(size, size);
        }
        int[] present = Arrays.stream(sizes).filter(n -> n > 0).toArray();
        int span = table.span();
        assertEquals(0, span % 256);
        long[] blocks = table.blocks();
        assertTrue(blocks.length <= MOST_BLOCKS + present.length, blocks.length + " blocks");
        int row = 0;
        long next = 0;
        for (long block : blocks) {
            if (next >= present[row]) {
                row++;
                next = 0;
            }
            assertEquals(TensorTable.word(row, (int) next), block);
            next += span;
        }
        assertEquals(present.length - 1, row);
        assertTrue(next >= present[row]);
    }

    @Test
    void tensorsWithoutElementsAreLeftOut() {
        TensorTable table = new TensorTable(2);
        table.add(0, 1, 2);
        assertTrue(table.isEmpty());
        assertEquals(0, table.blocks().length);
        assertThrows(IllegalArgumentException.class, () -> table.add(1, 1));
    }

    @Test
    void wordsHoldTheFirstNumberInFront() {
        assertEquals(0xffff_fffe_ffff_ffffL, TensorTable.word(-1, -2));
        assertEquals(0x3f80_0000_0000_0007L, TensorTable.word(7, 1.0));
        assertEquals(0x4000_0000_3f80_0000L, TensorTable.word(1.0, 2.0));
    }
}
