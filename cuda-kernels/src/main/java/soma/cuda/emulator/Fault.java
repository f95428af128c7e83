package soma.cuda.emulator;

/** What a lane did wrong; where it happened is added on the way out. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int lane;

    /** Of a lane of the running warp; -1 where the whole warp is meant. */
    Fault(int lane, String message) {
        super(message, null, false, false);
        this.lane = lane;
    }

    int lane() {
        return lane;
    }
}
