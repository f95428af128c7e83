package soma.tensor.spi;

import soma.tensor.DType;

/**
 * A reference-counted buffer of one element type. It knows nothing of shapes. The scope that
 * allocated it holds one reference, each graph node that saved it another; at zero the buffer
 * returns to its backend's pool.
 *
 * <p>Confined to one thread at a time: counts are not atomic.
 */
public abstract class Storage {
    private final DType dtype;
    private final int size;
    private String origin;
    private int references = 1;

    /** A buffer of {@code size} elements with one reference, held by its creator. */
    protected Storage(DType dtype, int size, String origin) {
        this.dtype = dtype;
        this.size = size;
        this.origin = origin;
    }

    /** The backend that owns it. */
    public abstract Backend backend();

    /** Returns the buffer to the pool; called once, when the last reference goes. */
    protected abstract void recycle();

    /** Element type. */
    public final DType dtype() {
        return dtype;
    }

    /** Number of elements. */
    public final int size() {
        return size;
    }

    /** The op that allocated it, or the name under which it is kept; for reports. */
    public final String origin() {
        return origin;
    }

    /** Names it in reports. */
    public final void origin(String name) {
        origin = name;
    }

    /** Holds it once more. */
    public final Storage retain() {
        requireLive();
        references++;
        return this;
    }

    /** Lets go of one reference. */
    public final void release() {
        requireLive();
        if (--references == 0) {
            recycle();
        }
    }

    /** Whether more than one owner holds it, so that it must not be changed in place. */
    public final boolean isShared() {
        return references > 1;
    }

    /** Whether it still may be used. */
    public final boolean isLive() {
        return references > 0;
    }

    /**
     * Checks that it still may be used.
     *
     * @throws IllegalStateException naming the op that allocated it, if its scope was closed
     */
    public final void requireLive() {
        if (references <= 0) {
            throw new IllegalStateException(
                    "buffer of "
                            + origin
                            + " is used after its scope was closed; promote or keep it");
        }
    }
}
