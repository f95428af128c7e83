package soma.cuda.emulator;

import soma.cuda.driver.Kernel.Parameter;
import soma.cuda.ptx.PtxEntry;
import soma.cuda.ptx.PtxInstruction;
import soma.cuda.ptx.PtxOperand;
import soma.cuda.ptx.PtxType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From instructions to what the emulator runs. An opcode that it doesn't know is an error. */
final class Translator {
    private final String file;
    private final PtxEntry entry;
    private final Map<String, Long> symbols;

    /**
     * Of a kernel.
     *
     * @param symbols addresses of its variables and constants
     */
    Translator(String file, PtxEntry entry, Map<String, Long> symbols) {
        this.file = file;
        this.entry = entry;
        this.symbols = symbols;
    }

    List<Op> ops() {
        List<Op> ops = new ArrayList<>();
        for (PtxInstruction i : entry.instructions()) {
            ops.add(op(i, new Operands(file, i, ops.size(), symbols)));
        }
        return ops;
    }

    private Op op(PtxInstruction i, Operands o) {
        return switch (i.opcode()) {
            case "bra" -> new Op(i, Op.Kind.BRANCH, null, i.guard(), null);
            case "ret", "exit" -> new Op(i, Op.Kind.EXIT, null, i.guard(), null);
            case "bar", "barrier" ->
                    i.has(".warp")
                            ? new Op(i, Op.Kind.STEP, WarpOps.warpBarrier(o), i.guard(), null)
                            : new Op(i, Op.Kind.BARRIER, null, i.guard(), barrier(i, o));
            default -> new Op(i, Op.Kind.STEP, step(i, o), i.guard(), null);
        };
    }

    private static Op.Barrier barrier(PtxInstruction i, Operands o) {
        if (!i.has(".sync")) {
            throw o.error("only bar.sync is emulated");
        }
        int threads = o.size() > 1 ? number(o, 1) : 0;
        return new Op.Barrier(number(o, 0), threads);
    }

    private static int number(Operands o, int operand) {
        if (o.get(operand) instanceof PtxOperand.Immediate(long bits, PtxType _)) {
            return (int) bits;
        }
        throw o.error("expected a number");
    }

    private Step step(PtxInstruction i, Operands o) {
        Step step =
                switch (i.opcode()) {
                    case "ld" -> i.has(".param") ? parameter(i, o) : MemoryOps.load(i, o);
                    case "ldu" -> MemoryOps.load(i, o);
                    case "st" -> MemoryOps.store(i, o);
                    case "atom", "red" -> AtomicOps.of(i, o);
                    case "mov" -> Moves.mov(i, o);
                    case "cvta" -> Moves.copy(o, PtxType.B64);
                    case "cvt" -> Conversions.of(i, o);
                    case "selp" -> Moves.selp(i, o);
                    case "slct" -> Moves.slct(i, o);
                    case "setp" -> Comparisons.setp(i, o);
                    case "set" -> Comparisons.set(i, o);
                    case "testp" -> Comparisons.testp(i, o);
                    case "shfl" -> WarpOps.shuffle(i, o);
                    case "vote" -> WarpOps.vote(i, o);
                    case "activemask" -> WarpOps.activeMask(o);
                    case "mma" -> Mma.of(i, o);
                    case "cp" -> copies(i, o);
                    case "membar", "fence" -> fence(i);
                    case "prefetch", "nop" -> (_, _) -> {};
                    default -> arithmetic(i, o);
                };
        if (step == null) {
            throw o.error(
                    "the emulator doesn't know " + i.opcode() + String.join("", i.modifiers()));
        }
        return step;
    }

    private static Step arithmetic(PtxInstruction i, Operands o) {
        PtxType type = i.type();
        if (type == null) {
            return null;
        }
        Dialect.require(i, o);
        return switch (type) {
            case PRED -> Moves.logic(i, o);
            case F32 -> FloatOps.of(i, o);
            case F64 -> DoubleOps.of(i, o);
            default -> {
                if (type.isFloat()) {
                    yield null;
                }
                if (i.has(".wide")) {
                    yield LongOps.wide(i, o, type);
                }
                yield type.bytes() == 8 ? LongOps.of(i, o, type) : IntOps.of(i, o, type);
            }
        };
    }

    /** A fence that reaches beyond the block. */
    private static Step fence(PtxInstruction i) {
        boolean wide = i.has(".gl") || i.has(".gpu") || i.has(".sys");
        return wide ? (w, _) -> w.block().publish() : (_, _) -> {};
    }

    private static Step copies(PtxInstruction i, Operands o) {
        if (!i.has(".async")) {
            return null;
        }
        return i.has(".commit_group")
                ? AsyncCopies.commit()
                : i.has(".wait_group") || i.has(".wait_all")
                        ? AsyncCopies.await(i, o)
                        : AsyncCopies.copy(i, o);
    }

    private Step parameter(PtxInstruction i, Operands o) {
        if (o.get(1) instanceof PtxOperand.Address(PtxOperand.Symbol(String name), long offset)
                && offset == 0) {
            for (int k = 0; k < entry.parameters().size(); k++) {
                Parameter parameter = entry.parameters().get(k);
                if (parameter.name().equals(name)) {
                    return MemoryOps.parameter(i, o, k, parameter.type().bytes());
                }
            }
        }
        throw o.error("expected the name of a parameter");
    }
}
