package soma.cuda.provider;

import soma.cuda.CudaBackend;
import soma.cuda.driver.DeviceProperties;
import soma.cuda.jcuda.NvidiaDriver;
import soma.cuda.jcuda.NvidiaGpus;
import soma.tensor.DeviceException;
import soma.tensor.spi.Backend;
import soma.tensor.spi.BackendProvider;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Offers NVIDIA GPUs: {@code cuda:N} is the one of ordinal N, {@code cuda} the first that Soma can
 * use. JCuda is loaded only when one is asked for and the machine has NVIDIA's driver.
 */
public final class CudaProvider implements BackendProvider {
    private static final String NAME = "cuda";
    private static final String PREFIX = NAME + ":";

    private final Map<Integer, Backend> backends = new HashMap<>();

    /** Called by the service loader. */
    public CudaProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return 20;
    }

    @Override
    public boolean accepts(String device) {
        return device.equals(NAME) || device.startsWith(PREFIX);
    }

    @Override
    public Optional<String> unavailable() {
        return NvidiaGpus.here().unavailable();
    }

    /** {@inheritDoc} The driver and each GPU; nothing where there is no driver. */
    @Override
    public SequencedMap<String, String> facts() {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        List<DeviceProperties> gpus = NvidiaGpus.here().devices();
        for (int i = 0; i < gpus.size(); i++) {
            facts.put("GPU " + i, gpus.get(i).describe());
        }
        if (!gpus.isEmpty()) {
            facts.put("matrix products", BlasChoice.configured().describe());
            facts.put("convolutions", DnnChoice.configured().describe());
        }
        return facts;
    }

    /**
     * {@inheritDoc}
     *
     * @throws DeviceException if there is no GPU of that ordinal, or Soma can't use it
     */
    @Override
    public synchronized Backend backend(String device) {
        return backends.computeIfAbsent(ordinal(device), CudaProvider::open);
    }

    private static Backend open(int ordinal) {
        BlasChoice blas = BlasChoice.configured();
        DnnChoice dnn = DnnChoice.configured();
        NvidiaDriver driver = new NvidiaDriver(ordinal);
        return new CudaBackend(driver, blas.open(driver), dnn.open(driver));
    }

    private static int ordinal(String device) {
        if (!device.startsWith(PREFIX)) {
            return NvidiaGpus.here().first();
        }
        String number = device.substring(PREFIX.length());
        if (!number.matches("[0-9]{1,4}")) {
            throw new DeviceException(
                    "device " + device + ": expected cuda or cuda:N, N from 0, got " + number);
        }
        return Integer.parseInt(number);
    }
}
