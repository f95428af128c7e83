package soma.cuda.provider;

import soma.cuda.driver.Driver;
import soma.cuda.library.ConvPass;
import soma.cuda.library.Dnn;
import soma.tensor.spi.ConvGeometry;
import soma.tensor.spi.Precision;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Convolves on one device, by its library, what lies on another: so that Soma's kernels, emulated,
 * and a library on a stand-in for a GPU work together.
 */
final class BridgedDnn implements Dnn {
    private final Driver here;
    private final Driver there;
    private final Dnn library;
    private final List<Long> taken = new ArrayList<>();
    private int fused;

    BridgedDnn(Driver here, Driver there, Dnn library) {
        this.here = here;
        this.there = there;
        this.library = library;
    }

    /** Calls that did all of a forward pass so far. */
    int fused() {
        return fused;
    }

    @Override
    public String description() {
        return library.description();
    }

    @Override
    public void precision(Precision precision) {
        library.precision(precision);
    }

    @Override
    public Optional<Plan> plan(ConvPass pass, ConvGeometry g) {
        return library.plan(pass, g);
    }

    @Override
    public void run(
            ConvPass pass,
            ConvGeometry g,
            Plan plan,
            long first,
            long second,
            long workspace,
            long result) {
        int[] sizes =
                switch (pass) {
                    case FORWARD -> new int[] {input(g), weights(g), output(g)};
                    case DATA -> new int[] {weights(g), output(g), input(g)};
                    case FILTER -> new int[] {input(g), output(g), weights(g)};
                };
        long out = empty(sizes[2]);
        long space = workspace == 0 ? 0 : taken(plan.workspace());
        library.run(pass, g, plan, over(first, sizes[0]), over(second, sizes[1]), space, out);
        back(out, result, sizes[2]);
    }

    @Override
    public boolean runFused(
            ConvGeometry g,
            Plan plan,
            long x,
            long w,
            long bias,
            long residual,
            boolean relu,
            long workspace,
            long out) {
        long result = empty(output(g));
        boolean done =
                library.runFused(
                        g,
                        plan,
                        over(x, input(g)),
                        over(w, weights(g)),
                        over(bias, g.co()),
                        residual == 0 ? 0 : over(residual, output(g)),
                        relu,
                        workspace == 0 ? 0 : taken(plan.workspace()),
                        result);
        if (done) {
            fused++;
            back(result, out, output(g));
        }
        return done;
    }

    private static int input(ConvGeometry g) {
        return g.n() * g.h() * g.w() * g.ci();
    }

    private static int weights(ConvGeometry g) {
        return g.co() * g.kh() * g.kw() * (g.ci() / g.groups());
    }

    private static int output(ConvGeometry g) {
        return g.n() * g.outH() * g.outW() * g.co();
    }

    private long taken(long bytes) {
        long address = there.allocate(bytes);
        taken.add(address);
        return address;
    }

    /** What no result may contain, so that none is left out. */
    private long empty(int size) {
        float[] values = new float[size];
        Arrays.fill(values, Float.NaN);
        long address = taken(4L * size);
        there.upload(MemorySegment.ofArray(values), address);
        return address;
    }

    private long over(long address, int size) {
        float[] values = new float[size];
        here.download(address, MemorySegment.ofArray(values));
        long copy = taken(4L * size);
        there.upload(MemorySegment.ofArray(values), copy);
        return copy;
    }

    private void back(long from, long to, int size) {
        float[] values = new float[size];
        there.download(from, MemorySegment.ofArray(values));
        here.upload(MemorySegment.ofArray(values), to);
        taken.forEach(there::free);
        taken.clear();
    }
}
