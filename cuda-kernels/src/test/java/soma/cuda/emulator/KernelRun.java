package soma.cuda.emulator;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;

import java.lang.foreign.MemorySegment;

/** Runs a few lines of PTX on arrays. */
final class KernelRun implements AutoCloseable {
    private static final String HEAD = ".version 7.0\n.target sm_80\n.address_size 64\n";

    private final Driver driver;

    KernelRun() {
        this(Checks.FULL, 1);
    }

    KernelRun(Checks checks, long seed) {
        driver = new EmulatedDriver(checks, seed);
    }

    Driver driver() {
        return driver;
    }

    /** A buffer on the device. */
    long buffer(int... values) {
        long address = driver.allocate(4L * Math.max(1, values.length));
        driver.upload(MemorySegment.ofArray(values), address);
        return address;
    }

    /** A buffer on the device. */
    long buffer(float... values) {
        long address = driver.allocate(4L * Math.max(1, values.length));
        driver.upload(MemorySegment.ofArray(values), address);
        return address;
    }

    /** A buffer that nobody wrote. */
    long empty(int words) {
        return driver.allocate(4L * words);
    }

    int[] ints(long address, int count) {
        int[] out = new int[count];
        driver.download(address, MemorySegment.ofArray(out));
        return out;
    }

    float[] floats(long address, int count) {
        float[] out = new float[count];
        driver.download(address, MemorySegment.ofArray(out));
        return out;
    }

    /**
     * Runs {@code body}, in which {@code p0, p1 ...} are the parameters and %r, %f, %d, %p
     * registers.
     */
    void run(Geometry geometry, String body, Arguments arguments) {
        StringBuilder ptx = new StringBuilder(HEAD).append(".visible .entry k(");
        for (int i = 0; i < arguments.size(); i++) {
            ptx.append(i == 0 ? "" : ", ")
                    .append(".param ")
                    .append(arguments.type(i).ptx())
                    .append(" p")
                    .append(i);
        }
        ptx.append(
                ")\n"
                        + "{\n"
                        + ".reg .b32 %r<32>;\n"
                        + ".reg .f32 %f<32>;\n"
                        + ".reg .b64 %d<32>;\n"
                        + ".reg .f64 %g<32>;\n"
                        + ".reg .b16 %h<8>;\n"
                        + ".reg .pred %p<8>;\n");
        ptx.append(body).append("\n}\n");
        driver.launch(driver.load("test.ptx", ptx.toString()).kernel("k"), geometry, arguments);
    }

    @Override
    public void close() {
        driver.close();
    }
}
