package soma.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One result.
 *
 * @param name as the contract has it: {@code gemm MxKxN}, {@code infer.backbone} ...
 * @param shape of the input
 * @param flops of one run by the direct algorithm; 0 where they are not what counts
 * @param bytes of the operands, each once
 * @param extra fields beside those that every row has
 */
record Row(
        String name,
        String shape,
        String dtype,
        Sample sample,
        double flops,
        double bytes,
        Map<String, Object> extra) {
    private static final String RUNG = "rung";

    Row(String name, String shape, Sample sample, double flops, double bytes) {
        this(name, shape, "float32", sample, flops, bytes, Map.of());
    }

    Row {
        extra = new LinkedHashMap<>(extra);
    }

    /** The name, and which version of the kernel if it is not the one that is usually taken. */
    String label() {
        Object rung = extra.get(RUNG);
        return rung == null ? name : name + " [" + rung + "]";
    }

    /** The same of a certain version of the kernel. */
    Row ofRung(String rung) {
        Map<String, Object> more = new LinkedHashMap<>(extra);
        more.put(RUNG, rung);
        return new Row(name, shape, dtype, sample, flops, bytes, more);
    }

    /** Operations per second at the median. */
    double flopRate() {
        return flops / sample.median();
    }

    /** Bytes per second at the median. */
    double byteRate() {
        return bytes / sample.median();
    }

    /** The fields of the contract, then the extra ones. */
    Map<String, Object> toJson(Machine machine) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("shape", shape);
        json.put("dtype", dtype);
        json.put("device", machine.device());
        json.put("threads", machine.threads());
        json.put("runs", sample.runs());
        json.put("median_s", sample.median());
        json.put("q1_s", sample.firstQuartile());
        json.put("q3_s", sample.thirdQuartile());
        json.put("min_s", sample.min());
        json.put("flops", flops);
        json.put("bytes", bytes);
        json.put("peak_flops", machine.peakFlops());
        json.put("peak_bytes_per_s", machine.peakBytes());
        json.putAll(extra);
        return json;
    }
}
