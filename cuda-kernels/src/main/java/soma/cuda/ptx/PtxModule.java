package soma.cuda.ptx;

import soma.tensor.DeviceException;

import java.util.List;
import java.util.Map;

/**
 * A file of kernels.
 *
 * @param file its name, for messages
 * @param version of PTX, such as 7.0
 * @param target compute capability that it needs, such as 70
 * @param variables constants, and shared memory whose size the launch gives
 * @param entries by name, in the order of the file
 */
public record PtxModule(
        String file,
        String version,
        int target,
        List<PtxVariable> variables,
        Map<String, PtxEntry> entries) {
    /**
     * Finds a kernel.
     *
     * @throws DeviceException if there is none of that name
     */
    public PtxEntry entry(String name) {
        PtxEntry entry = entries.get(name);
        if (entry == null) {
            throw new DeviceException(
                    file
                            + ": entry: expected one of "
                            + String.join(", ", entries.keySet())
                            + ", got "
                            + name);
        }
        return entry;
    }
}
