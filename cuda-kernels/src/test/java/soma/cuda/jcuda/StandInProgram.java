package soma.cuda.jcuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;
import soma.cuda.driver.Kernel;
import soma.cuda.driver.OutOfDeviceMemoryException;
import soma.tensor.DeviceException;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/** Uses all of a driver's methods and prints what came of them; see {@link NvidiaDriverTest}. */
final class StandInProgram {
    private static final String PTX =
            """
            // Two kernels (in comments: .entry none())
            .version 7.0
            .target sm_70
            .visible .entry echo(
                .param .u64 out,
                .param .u32 count, .param .s32 signed,
                .param .u64 long, .param .f32 real, .param .f64 wide
            )
            { ret; }
            .visible .entry fault(.param .u64 victim) { ret; }
            .visible .entry refuse() { ret; }
            """;

    private StandInProgram() {}

    /** Prints one line per fact. */
    public static void main(String[] args) {
        NvidiaGpus.here().unavailable().ifPresent(why -> say("unavailable", why));
        try (Driver driver = new NvidiaDriver(Integer.getInteger("ordinal", 0))) {
            say("device", driver.properties().describe());
            say("shared", driver.properties().sharedPerBlock());
            memory(driver);
            Driver.KernelModule module = driver.load("test.ptx", PTX);
            echo(driver, module.kernel("echo"));
            graph(driver, module.kernel("echo"));
            failing("entry", () -> module.kernel("absent"));
            Geometry one = Geometry.of(1, 32);
            failing("refused", () -> driver.launch(module.kernel("refuse"), one, new Arguments()));
            fault(driver, module.kernel("echo"), module.kernel("fault"));
        } catch (DeviceException e) {
            say("failed", e.getMessage());
        }
    }

    private static void memory(Driver driver) {
        long free = driver.freeMemory();
        int count = 5_000_003; // through the staging buffer several times
        float[] values = new float[count];
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        float[] sent = values.clone();
        long address = driver.allocate(4L * count);
        driver.upload(MemorySegment.ofArray(sent), address);
        Arrays.fill(sent, 0); // it may change at once
        say("alignment", address % 256);
        say("taken", free - driver.freeMemory());
        float[] back = new float[count];
        driver.download(address, MemorySegment.ofArray(back));
        say("round trip", Arrays.equals(values, back));
        for (int i = 0; i < 1000; i++) {
            driver.upload(MemorySegment.ofArray(new int[] {i, -i, i}), address + 12L * i);
        }
        long copy = driver.allocate(12_000);
        driver.copy(address, copy, 12_000);
        driver.fill(copy, (byte) 1, 8);
        int[] small = new int[3000];
        driver.download(copy, MemorySegment.ofArray(small));
        say("small", small[0] + " " + small[2] + " " + small[2997] + " " + small[2998]);
        driver.free(copy);
        driver.free(address);
        say("given back", free - driver.freeMemory());
        try {
            say("allocated", driver.allocate(1L << 40));
        } catch (OutOfDeviceMemoryException e) {
            say("allocated", e.getMessage());
        }
    }

    private static void echo(Driver driver, Kernel kernel) {
        long out = driver.allocate(96);
        Arguments arguments =
                new Arguments().address(out).u32(-1).s32(-7).u64(1L << 40).f32(-1.5).f64(2.25);
        arguments.requireFit(kernel);
        say("parameters", kernel.parameters().stream().map(p -> p.name()).toList());
        try (Driver.Event start = driver.record()) {
            driver.launch(kernel, new Geometry(9, 8, 7, 6, 5, 4, 64 << 10), arguments);
            driver.launch(kernel, new Geometry(3, 8, 7, 6, 5, 4, 16), arguments);
            try (Driver.Event end = driver.record()) {
                say("time", end.secondsSince(start));
            }
        }
        long[] seen = new long[12];
        driver.download(out, MemorySegment.ofArray(seen));
        say("seen", Arrays.toString(seen));
        say("counts", driver.counts());
    }

    private static void graph(Driver driver, Kernel kernel) {
        long out = driver.allocate(96);
        long copy = driver.allocate(96);
        driver.fill(copy, (byte) 0, 96);
        driver.beginCapture();
        Arguments arguments = new Arguments().address(out).u32(7).s32(-8).u64(9).f32(1).f64(2);
        driver.launch(kernel, Geometry.of(2, 32), arguments);
        driver.copy(out, copy, 96);
        driver.fill(copy, (byte) 1, 8);
        failing("allocate", () -> driver.allocate(1));
        failing("download", () -> driver.download(copy, MemorySegment.ofArray(new long[1])));
        failing("upload", () -> driver.upload(MemorySegment.ofArray(new long[1]), copy));
        failing("wait", driver::synchronize);
        try (Driver.Graph graph = driver.endCapture()) {
            long[] seen = new long[12];
            driver.download(copy, MemorySegment.ofArray(seen));
            say("recorded", Arrays.toString(seen));
            graph.launch();
            driver.download(copy, MemorySegment.ofArray(seen));
            say("repeated", Arrays.toString(seen));
        }
        say("counts", driver.counts());
        driver.free(out);
        driver.free(copy);
    }

    private static void fault(Driver driver, Kernel echo, Kernel fault) {
        long out = driver.allocate(96);
        Arguments good = new Arguments().address(out).u32(1).s32(2).u64(3).f32(4).f64(5);
        driver.launch(echo, Geometry.of(2, 32), good);
        if (Boolean.parseBoolean(System.getProperty("wait", "true"))) {
            driver.synchronize();
        }
        failing(
                "fault",
                () -> {
                    driver.launch(fault, Geometry.of(5, 64), new Arguments().address(0xabcL));
                    driver.synchronize();
                });
        failing("after", () -> driver.allocate(512));
    }

    private static void failing(String what, Runnable work) {
        try {
            work.run();
            say(what, "nothing");
        } catch (DeviceException e) {
            say(what, e.getMessage());
        }
    }

    private static void say(String what, Object value) {
        System.out.println(what + ": " + value);
    }
}
