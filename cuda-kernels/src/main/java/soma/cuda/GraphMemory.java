package soma.cuda;

import soma.cuda.BlockPool.Block;
import soma.tensor.spi.Storage;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Memory that recorded work uses: nobody else gets it before the graph is closed. {@link
 * DeviceMemory} locks.
 */
final class GraphMemory {
    private final Set<Block> blocks = new HashSet<>();
    private final List<Block> idle = new ArrayList<>();
    private final List<Storage> held = new ArrayList<>();

    /** Takes a block that was handed out while the work was recorded. */
    void add(Block block) {
        blocks.add(block);
    }

    /** All of them. */
    Set<Block> blocks() {
        return blocks;
    }

    /** Those that no buffer has any more. */
    List<Block> idle() {
        return idle;
    }

    /** Holds a buffer that the work reads and its owner may let go. */
    void hold(Storage storage) {
        held.add(storage.retain());
    }

    /** Lets go of what it holds. */
    void releaseHeld() {
        held.forEach(Storage::release);
        held.clear();
    }
}
