package soma.maskrcnn.model;

import soma.tensor.CapturedGraph;
import soma.tensor.Device;
import soma.tensor.Scope;
import soma.tensor.Shape;
import soma.tensor.ShapeException;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The feature pyramid of batches of one shape, recorded on a device: one launch in place of a
 * hundred. Only what a model computes for every image alike can be recorded; from the proposals on,
 * the host must know how many there are.
 */
public final class CapturedFeatures implements AutoCloseable {
    private final Tensor pixels;
    private final CapturedGraph graph;
    private final Map<String, Tensor> maps;

    private CapturedFeatures(Tensor pixels, CapturedGraph graph, Map<String, Tensor> maps) {
        this.pixels = pixels;
        this.graph = graph;
        this.maps = Collections.unmodifiableMap(maps);
    }

    /**
     * Records the backbone of an initialised model.
     *
     * @param shape [n,H,W,3] of the batches
     * @throws soma.tensor.DeviceException if the device records nothing
     */
    public static CapturedFeatures of(MaskRcnn model, Shape shape, Device device) {
        Tensor pixels;
        try (Scope _ = Scope.open("captured features", device)) {
            pixels = Tensor.zeros(shape.dims()).keep("captured pixels");
        }
        try (var _ = Autograd.noGrad()) {
            Map<String, Tensor> maps = new LinkedHashMap<>();
            CapturedGraph graph =
                    CapturedGraph.of(
                            device,
                            () -> {
                                // Those of the last run are the graph's outputs.
                                maps.putAll(model.features(pixels));
                                return List.copyOf(maps.values());
                            });
            return new CapturedFeatures(pixels, graph, maps);
        } catch (RuntimeException e) {
            pixels.release();
            throw e;
        }
    }

    /**
     * The maps by level, finest first; the next call overwrites them.
     *
     * @param batch pixels [n,H,W,3], normalised and padded
     * @throws ShapeException if they have another shape than was recorded
     */
    public Map<String, Tensor> of(Tensor batch) {
        if (!batch.shape().equals(pixels.shape())) {
            throw ShapeException.of("captured features", "pixels", pixels.shape(), batch.shape());
        }
        pixels.backend().elementwise().copy(batch.contiguous().view(), pixels.view());
        graph.launch();
        return maps;
    }

    @Override
    public void close() {
        graph.close();
        pixels.release();
    }
}
