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
    ELEMENTWISE(
            "unary_f32",
            "binary_f32",
            "compare_f32",
            "where_bits",
            "copy_bits",
            "fill_bits",
            "pointwise_any",
            "transpose_b32"),

    /** Sums and extrema over axes. */
    REDUCE("reduce_rows", "reduce_columns", "argmax_rows"),

    /** Matrix products, from the naive kernel to the one that ships. */
    GEMM(
            "matmul_naive_f32",
            "matmul_tiled_f32",
            "matmul_register_f32",
            "matmul_vectorised_f32",
            "matmul_pipelined_f32",
            "matmul_small_f32",
            "matmul_split_sum_f32"),

    /** Convolutions as implicit matrix products. */
    CONV(
            "conv_forward_naive_f32",
            "conv_forward_small_f32",
            "conv_forward_tiled_f32",
            "conv_data_naive_f32",
            "conv_data_small_f32",
            "conv_data_tiled_f32",
            "conv_filter_naive_f32",
            "conv_filter_small_f32",
            "conv_filter_tiled_f32"),

    /** Matrix products that need {@code sm_80}: asynchronous copies, tensor cores. */
    GEMM_SM80("matmul_async_f32", "matmul_tf32", "matmul_bf16"),

    /** Convolutions on tensor cores, which need {@code sm_80}. */
    CONV_SM80(
            "conv_forward_tf32",
            "conv_forward_bf16",
            "conv_data_tf32",
            "conv_data_bf16",
            "conv_filter_tf32",
            "conv_filter_bf16"),

    /** Batch and group normalisation. */
    NORM(
            "norm_moments_f32",
            "norm_statistics_f32",
            "norm_apply_f32",
            "norm_backward_sums_f32",
            "norm_parameter_grads_f32",
            "norm_set_sums_f32",
            "norm_backward_apply_f32"),

    /** Softmax and losses. */
    LOSS(
            "softmax_f32",
            "softmax_backward_f32",
            "bce_f32",
            "bce_backward_f32",
            "smooth_l1_any",
            "smooth_l1_backward_any"),

    /** Pooling and resampling of maps. */
    SPATIAL("max_pool_f32", "max_pool_backward_f32", "resize_f32", "resize_backward_f32"),

    /** Selection by index, sorting. */
    INDEX(
            "index_select_any",
            "gather_any",
            "index_add_f32",
            "scatter_add_one_f32",
            "sort_tiles",
            "sort_merge",
            "nonzero_count",
            "scan_exclusive_u32",
            "nonzero_write"),

    /** RoIAlign, NMS, IoU, matching, mask pasting and targets. */
    VISION(
            "roi_align_spans_f32",
            "roi_align_f32",
            "roi_align_v4_f32",
            "roi_align_backward_f32",
            "nms_absent",
            "nms_mask_f32",
            "nms_reduce",
            "iou_f32",
            "match_best_f32",
            "match_low_quality_f32",
            "mask_window_f32",
            "mask_bits_f32",
            "mask_edges_count",
            "mask_edges_write",
            "mask_targets_f32"),

    /** Coding, clipping and filtering of boxes, anchors. */
    BOXES("box_encode_f32", "box_decode_f32", "anchors_f32", "proposals_f32", "candidates_f32"),

    /** Random choice of examples for a loss. */
    SAMPLE("sample_keys", "sample_select"),

    /** Normalisation, resizing, mirroring, turning and blending of images. */
    IMAGE("normalise_pad_u8", "resample_u8", "reorder_u8", "blend_u8", "blend_gray_u8"),

    /** Parameter updates and norms, of all tensors of a model in one launch. */
    OPTIMIZER("sgd_f32", "adamw_f32", "squared_norm_f32", "non_finite_f32"),

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
