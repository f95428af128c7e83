package soma.cuda.emulator;

import soma.cuda.driver.Driver.KernelModule;
import soma.cuda.driver.Kernel;
import soma.cuda.ptx.PtxModule;
import soma.cuda.ptx.PtxVariable;

import java.util.HashMap;
import java.util.Map;

/** A file of kernels, each translated when it is first asked for. */
final class EmulatedModule implements KernelModule {
    private final PtxModule module;
    private final Memory constants;
    private final Map<String, Long> symbols = new HashMap<>();
    private final Map<String, Program> programs = new HashMap<>();

    EmulatedModule(PtxModule module) {
        this.module = module;
        int size = 0;
        for (PtxVariable v : module.variables()) {
            if (v.space().equals(".const")) {
                int at = Program.aligned(size, v.align());
                symbols.put(v.name(), (long) at);
                size = at + v.bytes();
            }
        }
        constants = new Memory("constant memory", 0, size, false, null);
        for (PtxVariable v : module.variables()) {
            if (v.space().equals(".const")) {
                fill(v, symbols.get(v.name()).intValue());
            }
        }
    }

    private void fill(PtxVariable v, int at) {
        int width = v.type().bytes();
        for (int k = 0; k < v.count(); k++) {
            // What has no initial value is zero, as in C.
            constants.put(at + k * width, width, k < v.values().size() ? v.values().get(k) : 0);
        }
    }

    @Override
    public Kernel kernel(String entry) {
        return programs.computeIfAbsent(
                entry,
                name ->
                        new Program(
                                module.file(),
                                module.entry(name),
                                module.variables(),
                                constants,
                                symbols));
    }
}
