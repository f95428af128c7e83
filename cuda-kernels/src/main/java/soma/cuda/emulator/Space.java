package soma.cuda.emulator;

/** State spaces that kernels load from and store to. */
enum Space {
    GLOBAL,
    SHARED,
    LOCAL,
    CONST
}
