package soma.cuda.jcuda;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

import soma.cuda.driver.Driver;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was recorded of a stream, ready to be started as a whole. */
final class NvidiaGraph implements Driver.Graph {
    private final NvidiaDriver driver;
    private final DeviceContext context;
    private final List<String> names;
    private final CUgraphExec executable = new CUgraphExec();
    private boolean closed;

    /** Ends the recording; {@code names} are those of the kernels and calls in it. */
    NvidiaGraph(NvidiaDriver driver, DeviceContext context, List<String> names) {
        this.driver = driver;
        this.context = context;
        this.names = List.copyOf(names);
        CUgraph graph = new CUgraph();
        context.check(
                "cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(context.stream(), graph));
        try {
            context.check(
                    "cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(executable, graph, 0));
        } finally {
            JCudaDriver.cuGraphDestroy(graph);
        }
    }

    /** What is started in it. */
    List<String> names() {
        return names;
    }

    @Override
    public void launch() {
        synchronized (driver) {
            driver.launch(this);
        }
    }

    /** Starts it in the stream. */
    void start() {
        context.check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(executable, context.stream()));
    }

    @Override
    public void close() {
        synchronized (driver) {
            if (!closed && !context.closed()) {
                closed = true;
                context.enter();
                context.check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(executable));
            }
        }
    }

    @Override
    public String toString() {
        return names.stream()
                .collect(Collectors.groupingBy(n -> n, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
    }
}
