package soma.cuda.provider;

import soma.cuda.ConvCases;
import soma.cuda.CudaBackend;
import soma.cuda.DeviceOperands;
import soma.cuda.emulator.Checks;
import soma.cuda.emulator.EmulatedDriver;
import soma.cuda.jcuda.NvidiaDriver;
import soma.cuda.library.Dnn;
import soma.tensor.Device;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.Precision;

import java.util.List;
import java.util.Optional;

/** Convolves by a library in every form and prints what came of it; see {@link DnnChoiceTest}. */
final class DnnProgram {
    private DnnProgram() {}

    /** Prints one line per fact. */
    public static void main(String[] args) {
        try (NvidiaDriver nvidia = new NvidiaDriver(0)) {
            DnnChoice choice = DnnChoice.configured();
            say("choice", choice);
            say("before", choice.describe());
            Optional<Dnn> dnn = choice.open(nvidia);
            say("opened", dnn.map(Dnn::description).orElse("none"));
            if (dnn.isPresent()) {
                convolve(nvidia, dnn.get());
            }
        } catch (DeviceException e) {
            say("failed", e.getMessage());
        }
    }

    private static void convolve(NvidiaDriver nvidia, Dnn dnn) {
        EmulatedDriver emulated = new EmulatedDriver(Checks.FULL, 1);
        BridgedDnn bridged = new BridgedDnn(emulated, nvidia, dnn);
        CudaBackend backend = new CudaBackend(emulated, Optional.empty(), Optional.of(bridged));
        backend.precision(
                Precision.valueOf(System.getProperty("precision", Precision.FLOAT32.name())));
        double worst = 0;
        for (ConvGeometry g : cases()) {
            worst = Math.max(worst, distance(g, backend));
        }
        say("agrees", worst <= 1e-6 ? "yes" : worst);
        say("fused", bridged.fused());
        say(
                "left",
                backend.memory().live().stream().filter(e -> e.origin().startsWith("dnn")).count());
        nvidia.counts().forEach(count -> say(count.kernel(), count.launches()));
    }

    /** All, or the third alone. */
    private static List<ConvGeometry> cases() {
        return Boolean.getBoolean("one") ? ConvCases.all().subList(2, 3) : ConvCases.all();
    }

    private static double distance(ConvGeometry g, CudaBackend backend) {
        Backend reference = Device.cpuReference().backend();
        List<float[]> expected =
                ConvCases.results(g, reference, reference.conv(), true, ConvCases.FORMS);
        List<float[]> actual = ConvCases.results(g, backend, backend.conv(), true, ConvCases.FORMS);
        double worst = 0;
        for (int i = 0; i < expected.size(); i++) {
            worst = Math.max(worst, DeviceOperands.distance(actual.get(i), expected.get(i)));
        }
        return worst;
    }

    private static void say(String what, Object value) {
        System.out.println(what + ": " + value);
    }
}
