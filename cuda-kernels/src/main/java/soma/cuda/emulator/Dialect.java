package soma.cuda.emulator;

import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxType;

import java.util.List;
import java.util.Set;

/**
 * The modifiers that arithmetic, conversions and comparisons may have. One that the emulator
 * doesn't heed is an error, so that no kernel gets a result here that a GPU would not give.
 */
final class Dialect {
    private static final Set<String> ROUNDINGS = Set.of(".rn", ".rz", ".rm", ".rp");

    private Dialect() {}

    /**
     * Checks an instruction's modifiers, types aside.
     *
     * @throws soma.tensor.DeviceException naming the first that is not emulated
     */
    static void require(PtxInstruction i, Operands o) {
        Set<String> allowed = allowed(i);
        for (String modifier : i.modifiers()) {
            if (PtxType.of(modifier) == null && !allowed.contains(modifier)) {
                throw o.error(
                        "the emulator doesn't know "
                                + i.opcode()
                                + String.join("", i.modifiers())
                                + " ("
                                + modifier
                                + ")");
            }
        }
    }

    private static Set<String> allowed(PtxInstruction i) {
        PtxType type = i.type();
        boolean single = type == PtxType.F32;
        boolean real = single || type == PtxType.F64;
        return switch (i.opcode()) {
            case "add", "sub" ->
                    single
                            ? Set.of(".rn", ".sat")
                            : real
                                    ? Set.of(".rn")
                                    : type == PtxType.S32 ? Set.of(".sat") : Set.of();
            case "mul" ->
                    single
                            ? Set.of(".rn", ".sat")
                            : real ? Set.of(".rn") : Set.of(".lo", ".hi", ".wide");
            case "mad" ->
                    real
                            ? Set.of(".rn")
                            : type.bytes() == 4 ? Set.of(".lo", ".hi", ".wide") : Set.of(".lo");
            case "fma" -> single ? Set.of(".rn", ".sat") : Set.of(".rn");
            case "div" ->
                    single ? Set.of(".rn", ".approx", ".full") : real ? Set.of(".rn") : Set.of();
            case "rcp", "sqrt" -> single ? Set.of(".rn", ".approx") : Set.of(".rn");
            case "rsqrt", "ex2", "lg2", "sin", "cos", "tanh" -> Set.of(".approx");
            case "cvt" -> conversion(i.types());
            default -> Set.of();
        };
    }

    private static Set<String> conversion(List<PtxType> types) {
        PtxType to = types.getFirst();
        PtxType from = types.getLast();
        if (to == PtxType.TF32) {
            return Set.of(".rna");
        }
        if (!to.isFloat()) {
            return from.isFloat() ? Set.of(".rni", ".rzi", ".rmi", ".rpi", ".sat") : Set.of(".sat");
        }
        if (to == from) {
            return Set.of(".rni", ".rzi", ".rmi", ".rpi", ".sat");
        }
        return to == PtxType.F32 && from == PtxType.F64 ? ROUNDINGS : Set.of(".rn", ".sat");
    }
}
