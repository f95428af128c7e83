package soma.cuda.ptx;

import soma.cuda.driver.Kernel;

import java.util.List;

/**
 * A kernel.
 *
 * @param parameters in order
 * @param registers all, special ones included
 * @param variables its shared and local arrays
 * @param instructions its body
 */
public record PtxEntry(
        String name,
        List<Kernel.Parameter> parameters,
        List<PtxRegister> registers,
        List<PtxVariable> variables,
        List<PtxInstruction> instructions) {}
