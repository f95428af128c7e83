package soma.cuda.jcuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

import soma.cuda.driver.DeviceProperties;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The GPUs of this machine. Looks for the driver first, without JCuda: where there is none, JCuda's
 * native code can't be loaded.
 */
public final class NvidiaGpus {
    /** What the kernels are written for: {@code .target sm_70}. */
    private static final int LEAST_CAPABILITY = 70;

    /** The first driver with PTX 7.0, as {@code cuDriverGetVersion} counts. */
    private static final int LEAST_DRIVER = 11_000;

    private static final int NAME_BYTES = 256;

    private final List<DeviceProperties> devices;
    private final Optional<String> unavailable;

    private NvidiaGpus(List<DeviceProperties> devices, Optional<String> unavailable) {
        this.devices = devices;
        this.unavailable = unavailable;
    }

    private static final class Found {
        static final NvidiaGpus HERE = look();
    }

    /** Those of this machine; looked for once. */
    public static NvidiaGpus here() {
        return Found.HERE;
    }

    /** All that the driver shows, in its order, also those that are too old. */
    public List<DeviceProperties> devices() {
        return devices;
    }

    /** Why Soma can use none of them, in one line; empty if it can. */
    public Optional<String> unavailable() {
        return unavailable;
    }

    /** The ordinal of the first that Soma can use; only where {@link #unavailable} is empty. */
    public int first() {
        for (int i = 0; i < devices.size(); i++) {
            if (devices.get(i).supports(LEAST_CAPABILITY)) {
                return i;
            }
        }
        throw new IllegalStateException("no usable GPU");
    }

    /** Why Soma can't use a GPU of this kind; empty if it can. */
    static Optional<String> unsuitable(DeviceProperties gpu) {
        return gpu.supports(LEAST_CAPABILITY)
                ? Optional.empty()
                : Optional.of(
                        gpu.name()
                                + ": compute capability: expected 7.0 or newer, got "
                                + gpu.major()
                                + "."
                                + gpu.minor());
    }

    private static NvidiaGpus look() {
        Optional<String> missing = missingDriver().or(NvidiaGpus::missingBinding);
        if (missing.isPresent()) {
            return new NvidiaGpus(List.of(), missing);
        }
        int[] count = new int[1];
        int[] version = new int[1];
        Optional<String> failed =
                failure("cuInit", JCudaDriver.cuInit(0))
                        .or(
                                () ->
                                        failure(
                                                "cuDriverGetVersion",
                                                JCudaDriver.cuDriverGetVersion(version)))
                        .or(() -> failure("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count)));
        if (failed.isPresent()) {
            return new NvidiaGpus(List.of(), failed);
        }
        List<DeviceProperties> devices = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            devices.add(properties(device(i), version[0]));
        }
        return new NvidiaGpus(List.copyOf(devices), unusable(devices, version[0]));
    }

    private static Optional<String> failure(String call, int code) {
        return code == CUresult.CUDA_SUCCESS
                ? Optional.empty()
                : Optional.of(Status.text(call, code));
    }

    /** Why no GPU of a machine can be used with a driver of some version. */
    static Optional<String> unusable(List<DeviceProperties> devices, int driverVersion) {
        if (driverVersion < LEAST_DRIVER) {
            return Optional.of(
                    "NVIDIA driver: expected one for CUDA "
                            + DeviceProperties.cudaVersion(LEAST_DRIVER)
                            + " or newer, got one for "
                            + DeviceProperties.cudaVersion(driverVersion));
        }
        if (devices.isEmpty()) {
            return Optional.of("the NVIDIA driver shows no GPU");
        }
        return devices.stream().anyMatch(d -> d.supports(LEAST_CAPABILITY))
                ? Optional.empty()
                : unsuitable(devices.getFirst());
    }

    @SuppressWarnings("restricted") // loading code of the machine is the purpose
    private static Optional<String> missingDriver() {
        String file = windows() ? "nvcuda.dll" : "libcuda.so.1";
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(file, arena);
            return Optional.empty();
        } catch (IllegalArgumentException _) { // the only way in which the JDK says so
            return Optional.of(
                    "no NVIDIA driver ("
                            + file
                            + "): apt install nvidia-driver-570, or docker's option --gpus all");
        }
    }

    private static boolean windows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** Loads JCuda's native code. */
    private static Optional<String> missingBinding() {
        try {
            JCudaDriver.setExceptionsEnabled(false);
            return Optional.empty();
        } catch (LinkageError e) {
            String why = String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
            return Optional.of("JCuda's native code: " + why);
        }
    }

    /** The device of an ordinal. */
    static CUdevice device(int ordinal) {
        CUdevice device = new CUdevice();
        Status.require("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
        return device;
    }

    private static DeviceProperties properties(CUdevice device, int driverVersion) {
        byte[] name = new byte[NAME_BYTES];
        Status.require("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, NAME_BYTES, device));
        long[] memory = new long[1];
        Status.require("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(memory, device));
        String text = new String(name, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return new DeviceProperties(
                end < 0 ? text : text.substring(0, end),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device),
                memory[0],
                attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device),
                driverVersion);
    }

    private static int attribute(int which, CUdevice device) {
        int[] value = new int[1];
        Status.require(
                "cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }
}
