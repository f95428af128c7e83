package soma.cuda;

import soma.tensor.DType;
import soma.tensor.spi.Backend;
import soma.tensor.spi.Storage;

/** A buffer in device memory. */
final class CudaStorage extends Storage {
    private final CudaBackend owner;
    private final BlockPool.Block block;

    CudaStorage(DType dtype, int size, String origin, CudaBackend owner, BlockPool.Block block) {
        super(dtype, size, origin);
        this.owner = owner;
        this.block = block;
    }

    /** Where it lies. */
    long address() {
        requireLive();
        return block.address();
    }

    /** The memory behind it, at least as long. */
    BlockPool.Block block() {
        return block;
    }

    @Override
    public Backend backend() {
        return owner;
    }

    @Override
    protected void recycle() {
        owner.recycle(this);
    }
}
