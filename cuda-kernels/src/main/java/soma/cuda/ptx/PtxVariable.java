package soma.cuda.ptx;

import java.util.List;

/**
 * An array in memory.
 *
 * @param space {@code .shared}, {@code .local}, {@code .const} or {@code .global}
 * @param align in bytes
 * @param count of elements; 0 where the launch gives the size ({@code .extern .shared})
 * @param values initial values as bits, empty if there are none
 */
public record PtxVariable(
        String name, String space, PtxType type, int align, int count, List<Long> values) {
    /** Size in bytes. */
    public int bytes() {
        return count * type.bytes();
    }
}
