package soma.cuda;

import soma.cuda.driver.Driver;
import soma.tensor.spi.Graphs;

/** Records work by the driver, and sets aside the memory that it uses. */
final class CudaGraphs implements Graphs {
    /**
     * Runs before the one that is recorded: the first loads kernels, chooses algorithms and takes
     * memory, the next ones show that no more is needed.
     */
    private static final int RUNS_BEFORE = 2;

    private final Driver driver;
    private final DeviceMemory memory;
    private final IndexCheck indexCheck;

    CudaGraphs(Driver driver, DeviceMemory memory, IndexCheck indexCheck) {
        this.driver = driver;
        this.memory = memory;
        this.indexCheck = indexCheck;
    }

    @Override
    public Graph capture(Runnable work) {
        for (int i = 0; i < RUNS_BEFORE; i++) {
            work.run();
        }
        driver.beginCapture();
        memory.beginCapture();
        boolean recorded = false;
        GraphMemory blocks = null;
        Driver.Graph graph = null;
        try {
            work.run();
            recorded = true;
        } finally {
            blocks = memory.endCapture();
            try {
                graph = driver.endCapture();
            } finally {
                if (graph == null || !recorded) {
                    memory.release(blocks);
                }
            }
            if (!recorded) {
                graph.close();
            }
        }
        return new Captured(graph, blocks);
    }

    private final class Captured implements Graph {
        private final Driver.Graph graph;
        private final GraphMemory blocks;
        private boolean closed;

        Captured(Driver.Graph graph, GraphMemory blocks) {
            this.graph = graph;
            this.blocks = blocks;
        }

        @Override
        public void launch() {
            if (closed) {
                throw new IllegalStateException("graph: expected one that is open");
            }
            graph.launch();
            indexCheck.expect();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                graph.close();
                memory.release(blocks);
            }
        }
    }
}
