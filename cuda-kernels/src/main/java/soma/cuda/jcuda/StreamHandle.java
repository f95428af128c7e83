package soma.cuda.jcuda;

import jcuda.driver.CUstream;

/** A stream whose handle can be given to libraries that JCuda doesn't know. */
final class StreamHandle extends CUstream {
    /** No stream yet: for JCuda to fill in. */
    StreamHandle() {}

    /** The driver's handle. */
    long value() {
        return getNativePointer();
    }
}
