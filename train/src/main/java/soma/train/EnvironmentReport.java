package soma.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import soma.nn.io.AtomicFiles;
import soma.tensor.Device;
import soma.tensor.cpu.Workers;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code environment.json}: what a run was made with, to make it again. */
final class EnvironmentReport {
    private EnvironmentReport() {}

    static void write(Path file, Device device, long seed, List<String> command) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        String version = EnvironmentReport.class.getPackage().getImplementationVersion();
        root.put("soma", version == null ? "development" : version);
        root.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        command.forEach(root.putArray("command")::add);
        root.put("seed", seed);
        root.put("device", device.name());
        root.put("threads", Workers.threads());
        root.put("cores", Runtime.getRuntime().availableProcessors());
        root.put("max_heap_mb", Runtime.getRuntime().maxMemory() >> 20);
        root.put("jdk", System.getProperty("java.runtime.version"));
        root.put("jvm", System.getProperty("java.vm.name"));
        root.put(
                "os",
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"));
        try {
            AtomicFiles.writeString(
                    file, json.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers must be JSON", e);
        }
    }
}
