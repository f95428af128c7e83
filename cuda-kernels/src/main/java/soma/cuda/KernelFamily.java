package soma.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The files of PTX, one a family, and their entries. A test holds this list, the files and {@code
 * docs/kernels.md} together.
 */
public enum KernelFamily {
    /** Pointwise functions, copies between layouts and types. */
    ELEMENTWISE(),

    /** Sums and extrema over axes. */
    REDUCE(),

    /** Matrix products, from the naive kernel to the one that ships. */
    GEMM(),

    /** Convolutions as implicit matrix products. */
    CONV(),

    /** Batch and group normalisation. */
    NORM(),

    /** Pooling and resampling of maps. */
    SPATIAL(),

    /** Selection by index, sorting. */
    INDEX(),

    /** RoIAlign, NMS, IoU, matching, mask pasting. */
    VISION(),

    /** Parameter updates and norms. */
    OPTIMIZER(),

    /** What the device can do at most, for benchmarks. */
    MEASURE("peak_fma_f32", "copy_v4_f32");

    private final List<String> entries;

    KernelFamily(String... entries) {
        this.entries = List.of(entries);
    }

    /** Names of the kernels. */
    public List<String> entries() {
        return entries;
    }

    /** Name of the file in {@code soma/cuda/ptx}. */
    public String file() {
        return name().toLowerCase(Locale.ROOT) + ".ptx";
    }

    /** The file's text. */
    public String ptx() {
        try (InputStream in = KernelFamily.class.getResourceAsStream("ptx/" + file())) {
            if (in == null) {
                throw new IllegalStateException("no resource soma/cuda/ptx/" + file());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
