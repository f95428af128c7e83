package soma.cuda.emulator;

import soma.cuda.driver.Kernel;
import soma.cuda.ptx.PtxEntry;
import soma.cuda.ptx.PtxVariable;
import soma.tensor.DeviceException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A kernel, translated; it runs warps. */
final class Program implements Kernel {
    private final String file;
    private final PtxEntry entry;
    private final Registers registers;
    private final Memory constants;
    private final Op[] code;
    private final boolean atomic;
    private int sharedBytes;
    private int localBytes;

    /**
     * Translates an entry.
     *
     * @param constants the module's constant memory
     * @param symbols addresses in it
     */
    Program(
            String file,
            PtxEntry entry,
            List<PtxVariable> ofModule,
            Memory constants,
            Map<String, Long> symbols) {
        this.file = file;
        this.entry = entry;
        this.constants = constants;
        registers = new Registers(entry.registers());
        Map<String, Long> all = new HashMap<>(symbols);
        place(entry.variables(), all);
        place(ofModule.stream().filter(v -> v.count() > 0).toList(), all);
        // Shared memory whose size the launch gives lies behind all other.
        place(ofModule.stream().filter(v -> v.count() == 0).toList(), all);
        code = new Translator(file, entry, all).ops().toArray(Op[]::new);
        atomic = entry.instructions().stream().anyMatch(i -> i.opcode().matches("atom|red"));
    }

    private void place(List<PtxVariable> variables, Map<String, Long> symbols) {
        for (PtxVariable v : variables) {
            switch (v.space()) {
                case ".shared" -> {
                    int at = aligned(sharedBytes, v.align());
                    symbols.put(v.name(), (long) at);
                    sharedBytes = at + v.bytes();
                }
                case ".local" -> {
                    int at = aligned(localBytes, v.align());
                    symbols.put(v.name(), (long) at);
                    localBytes = at + v.bytes();
                }
                default -> {}
            }
        }
    }

    static int aligned(int at, int align) {
        return (at + align - 1) / align * align;
    }

    @Override
    public String name() {
        return entry.name();
    }

    @Override
    public List<Parameter> parameters() {
        return entry.parameters();
    }

    /** How many instructions it has. */
    int size() {
        return code.length;
    }

    Registers registers() {
        return registers;
    }

    /** Of the arrays that the kernel declares. */
    int sharedBytes() {
        return sharedBytes;
    }

    /** Of the arrays of each thread. */
    int localBytes() {
        return localBytes;
    }

    Memory constants() {
        return constants;
    }

    /** Whether the order of its blocks may show in its result. */
    boolean isAtomic() {
        return atomic;
    }

    /**
     * Runs a warp until it ends, waits at a barrier, or had its turn.
     *
     * @param turn how many instructions it may run
     * @return the barrier's instruction; null if it ended or had its turn
     */
    Op run(Warp warp, int turn) {
        LaneGroups groups = warp.groups;
        int left = turn;
        while (!groups.isEmpty()) {
            int place = groups.place();
            try {
                int mask = groups.mask();
                int meeting = groups.meeting();
                Counts counts = warp.block().counts();
                while (true) {
                    if (place >= meeting || place >= code.length) {
                        groups.remove();
                        groups.add(place, place >= code.length ? 0 : mask);
                        break;
                    }
                    Op op = code[place];
                    int active = op.guard() == null ? mask : Operands.holds(warp, mask, op.guard());
                    counts.instruction(active);
                    if (op.kind() == Op.Kind.STEP) {
                        if (active != 0) {
                            op.step().run(warp, active);
                        }
                        place++;
                    } else if (active == 0) {
                        place++;
                    } else if (op.kind() == Op.Kind.BRANCH) {
                        if (active != mask) {
                            groups.remove();
                            groups.add(place + 1, mask & ~active);
                            groups.add(op.instruction().target(), active);
                            break;
                        }
                        place = op.instruction().target();
                    } else if (op.kind() == Op.Kind.EXIT) {
                        groups.remove();
                        groups.add(place + 1, mask & ~active);
                        break;
                    } else {
                        if (active != groups.all()) {
                            throw new Fault(
                                    Integer.numberOfTrailingZeros(active),
                                    "barrier in divergent code: lanes 0x"
                                            + Integer.toHexString(active)
                                            + " are here, 0x"
                                            + Integer.toHexString(groups.all())
                                            + " should be");
                        }
                        groups.remove();
                        groups.add(place + 1, mask);
                        return op;
                    }
                    if (--left <= 0) {
                        groups.remove();
                        groups.add(place, mask);
                        return null;
                    }
                }
            } catch (Fault fault) {
                throw fault(warp.block(), warp, place, fault);
            }
        }
        return null;
    }

    /** What went wrong, with where it did; {@code warp} may be null. */
    DeviceException fault(BlockRun block, Warp warp, Fault fault) {
        return fault(
                block,
                warp,
                warp == null || warp.groups.isEmpty() ? -1 : warp.groups.place(),
                fault);
    }

    private DeviceException fault(BlockRun block, Warp warp, int place, Fault fault) {
        StringBuilder text = new StringBuilder("kernel " + entry.name());
        if (place >= 0 && place < code.length) {
            text.append(" (")
                    .append(file)
                    .append(':')
                    .append(code[place].instruction().line())
                    .append(": ")
                    .append(code[place].instruction().text())
                    .append(')');
        }
        text.append(", ").append(block.describe(block.number()));
        if (warp != null && fault.lane() >= 0) {
            text.append(" thread ").append(warp.threadOfBlock(fault.lane()));
        }
        text.append(": ").append(fault.getMessage());
        text.append("; launched with ").append(block.geometry());
        text.append(", ").append(block.arguments().describe(this));
        return new DeviceException(text.toString());
    }
}
