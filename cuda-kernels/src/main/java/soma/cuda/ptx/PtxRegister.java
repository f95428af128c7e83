package soma.cuda.ptx;

/**
 * A register of an entry, or a special one such as {@code %tid.x}.
 *
 * @param name with the percent sign
 * @param index among the entry's registers
 * @param special whether the hardware sets it
 */
public record PtxRegister(String name, PtxType type, int index, boolean special) {
    @Override
    public String toString() {
        return name;
    }
}
