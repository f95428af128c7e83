package soma.tensor.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One family of expected results that PyTorch, torchvision and detectron2 computed. Files hold NCHW
 * maps and OIHW weights; this hands out NHWC and HWIO.
 */
final class Golden {
    private final JsonNode family;
    private final SafetensorsFile file;

    private Golden(Path folder, String name) {
        try {
            JsonNode manifest =
                    new ObjectMapper().readTree(folder.resolve("manifest.json").toFile());
            family = manifest.required("families").required(name);
            file = new SafetensorsFile(folder.resolve(family.required("file").asText()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The family of the shared fixtures; the test is skipped where they are absent. */
    static Golden shared(String name) {
        Path folder = Path.of(System.getProperty("soma.shared", "../../shared"), "golden", "ops");
        Assumptions.assumeTrue(
                Files.isDirectory(folder),
                () -> "no golden fixtures at " + folder + " (property soma.shared)");
        return new Golden(folder, name);
    }

    /** The family of the small fixtures beside this class. */
    static Golden bundled(String name) throws Exception {
        return new Golden(
                Path.of(Golden.class.getResource("manifest.json").toURI()).getParent(), name);
    }

    /** A test of each case, on both backends. */
    Stream<DynamicTest> each(Consumer<Case> test) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Device device : List.of(Device.cpuReference(), Device.cpu())) {
            family.required("cases")
                    .fieldNames()
                    .forEachRemaining(
                            name ->
                                    tests.add(
                                            DynamicTest.dynamicTest(
                                                    device + " " + name,
                                                    () -> run(device, new Case(name), test))));
        }
        return tests.stream();
    }

    private static void run(Device device, Case c, Consumer<Case> test) {
        try (Scope _ = Scope.open(c.name(), device)) {
            test.accept(c);
        }
    }

    /** Inputs and expected outputs of one case. */
    final class Case {
        private final String name;
        private final JsonNode entry;

        private Case(String name) {
            this.name = name;
            this.entry = family.required("cases").required(name);
        }

        String name() {
            return name;
        }

        JsonNode params() {
            return entry.required("params");
        }

        int param(String key) {
            return params().required(key).asInt();
        }

        boolean has(String what) {
            return file.has(name + "." + what);
        }

        int[] shape(String what) {
            return file.shape(name + "." + what);
        }

        double[] values(String what) {
            return file.values(name + "." + what);
        }

        float[] floats(String what) {
            double[] v = values(what);
            float[] f = new float[v.length];
            for (int i = 0; i < f.length; i++) {
                f[i] = (float) v[i];
            }
            return f;
        }

        int[] ints(String what) {
            double[] v = values(what);
            int[] out = new int[v.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = (int) v[i];
            }
            return out;
        }

        /** float32 as stored. */
        Tensor tensor(String what) {
            return Tensor.of(floats(what), shape(what));
        }

        /** INT32 as stored. */
        Tensor index(String what) {
            return Tensor.of(ints(what), shape(what));
        }

        /** A map as NHWC. */
        Tensor map(String what) {
            return tensor(what).permute(0, 2, 3, 1).contiguous();
        }

        /** A convolution's weights as HWIO. */
        Tensor weight(String what) {
            return tensor(what).permute(2, 3, 1, 0).contiguous();
        }

        void assertMap(String what, Tensor actual) {
            assertClose(what, actual.permute(0, 3, 1, 2));
        }

        void assertWeight(String what, Tensor actual) {
            assertClose(what, actual.permute(3, 2, 0, 1));
        }

        /**
         * Ten times the drift of the library itself between float32 and float64, at least 1e-6,
         * relative to the largest value.
         */
        void assertClose(String what, Tensor actual) {
            assertArrayEquals(shape(what), actual.shape().dims(), what);
            double[] expected = values(what);
            double[] got = actual.toDoubles();
            double drift = entry.path("float32_vs_float64_relative_to_max").path(what).asDouble(0);
            double largest = 0;
            for (double v : expected) {
                largest = Math.max(largest, Math.abs(v));
            }
            double tolerance = Math.max(1e-6, 10 * drift) * largest;
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], got[i], tolerance, what + "[" + i + "]");
            }
        }
    }
}
