package soma.cuda.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What Soma hands to NVIDIA's driver, and what it makes of its errors, on a stand-in for it. */
class NvidiaDriverTest {
    @TempDir static Path folder;

    private static StandIn driver;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        driver = new StandIn(folder);
    }

    private static List<String> run(Map<String, String> environment, String... properties)
            throws IOException, InterruptedException {
        return driver.run(StandInProgram.class, environment, properties);
    }

    @Test
    void memoryLaunchesAndErrors() throws IOException, InterruptedException {
        String fault =
                "cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access"
                    + " was encountered; in kernel fault grid (5, 1, 1) block (64, 1, 1) shared 0"
                    + " (victim=0xabc)";
        assertEquals(
                List.of(
                        "device: Stand-in 0, compute capability 8.0, 4 multiprocessors, 0.1 GiB,"
                                + " driver for CUDA 12.6",
                        "shared: 101376",
                        "alignment: 0",
                        "taken: 20000012",
                        "round trip: true",
                        "small: 16843009 0 999 -999",
                        "given back: 0",
                        "allocated: out of device memory: 1099511627776 bytes",
                        "parameters: [out, count, signed, long, real, wide]",
                        "time: 0.002",
                        "seen: [4294967295, -7, 1099511627776, -1500, 2250, 3, 8, 7, 6, 5, 4, 16]",
                        "counts: [KernelCount[kernel=echo, launches=2, counts={}]]",
                        "allocate: " + uncapturable("memory taken from the driver"),
                        "download: " + uncapturable("a copy to the host"),
                        "upload: " + uncapturable("a copy from the host"),
                        "wait: " + uncapturable("a wait of the host"),
                        "recorded: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
                        "repeated: [72340172838076673, -8, 9, 1000, 2000, 2, 1, 1, 32, 1, 1, 0]",
                        "counts: [KernelCount[kernel=echo, launches=3, counts={}]]",
                        "entry: test.ptx: entry: expected one of echo, fault, refuse, got absent",
                        "refused: kernel refuse grid (1, 1, 1) block (32, 1, 1) shared 0 ():"
                                + " cuLaunchKernel: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701): what"
                                + " a driver says",
                        "fault: cuda:0: " + fault,
                        "after: cuda:0: lost by an earlier error, start Soma again: " + fault),
                run(Map.of("FAKE_MEMORY", "67108864")));
    }

    private static String uncapturable(String what) {
        return "graph: expected work on the device alone, got "
                + what
                + ", which can't be recorded";
    }

    @Test
    void waitsForEachKernelWhenAsked() throws IOException, InterruptedException {
        List<String> lines = run(Map.of(), "-Dsoma.cuda.sync=true", "-Dwait=false");

        assertEquals(
                "fault: cuda:0: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal"
                    + " memory access was encountered; in kernel fault grid (5, 1, 1) block (64, 1,"
                    + " 1) shared 0 (victim=0xabc)",
                lines.get(lines.size() - 2));
    }

    @Test
    void namesSeveralKernelsWhenItDidNotWait() throws IOException, InterruptedException {
        List<String> lines = run(Map.of(), "-Dwait=false");

        assertEquals(
                "fault: cuda:0: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal"
                    + " memory access was encountered; in one of the last 2 launches"
                    + " (-Dsoma.cuda.sync=true tells which); the newest are kernel fault grid (5,"
                    + " 1, 1) block (64, 1, 1) shared 0 (victim=0xabc), then kernel echo grid (2,"
                    + " 1, 1) block (32, 1, 1) shared 0 (",
                lines.get(lines.size() - 2).replaceFirst("out=.*", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FAKE_INIT|100|cuInit: CUDA_ERROR_NO_DEVICE (100): what a driver says",
                "FAKE_DEVICES|0|the NVIDIA driver shows no GPU",
                "FAKE_DRIVER|10020|NVIDIA driver: expected one for CUDA 11.0 or newer, got one for"
                        + " 10.2",
                "FAKE_MAJOR|6|Stand-in 0: compute capability: expected 7.0 or newer, got 6.0"
            })
    void saysWhyThereIsNoDevice(String variable, String value, String why)
            throws IOException, InterruptedException {
        assertEquals(
                List.of("unavailable: " + why, "failed: cuda:0: " + why),
                run(Map.of(variable, value)));
    }

    @Test
    void namesAnOrdinalThatIsNotThere() throws IOException, InterruptedException {
        assertEquals(
                List.of("failed: cuda:3: expected a GPU below 2, got 3"),
                run(Map.of("FAKE_DEVICES", "2"), "-Dordinal=3"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "222|test.ptx: PTX version: the NVIDIA driver is for CUDA 12.6 and too old for the"
                        + " file's .version 7.0; install a newer one",
                "209|test.ptx: target: expected a GPU for sm_70, got Stand-in 0 (sm_80)",
                "218|test.ptx: cuModuleLoadDataEx: CUDA_ERROR_INVALID_PTX (218): what a driver"
                        + " says: line 7: unknown symbol; line 9: syntax error"
            })
    void saysWhyAFileIsRefused(String code, String why) throws IOException, InterruptedException {
        List<String> lines = run(Map.of("FAKE_LOAD", code));

        assertEquals("failed: " + why, lines.getLast());
    }
}
