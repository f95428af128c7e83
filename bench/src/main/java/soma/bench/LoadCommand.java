package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.model.MaskRcnn;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code soma bench load}. */
@Command(
        name = "load",
        description = {
            "From a weights file to a ready model: the first time in this process, and again; with"
                    + " the resident memory that the first time took."
        },
        footer = {
            "",
            "Example: soma bench load --weights model_final.pth MODEL.ROI_HEADS.NUM_CLASSES=3"
        })
final class LoadCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Mixin private ModelOptions modelOptions;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file =
                modelOptions
                        .weights()
                        .orElseThrow(
                                () -> new SomaException("--weights: expected a file, got none"));
        Config config = modelOptions.loadConfig();
        // Before the session: measuring the machine's peak warms what a first load is without.
        var device = common.openDevice();
        long before = Machine.statusKb("VmRSS").orElse(0);
        long start = System.nanoTime();
        MaskRcnn first = modelOptions.read(config, device);
        double seconds = (System.nanoTime() - start) * 1e-9;
        long peak = Machine.statusKb("VmHWM").orElse(0);
        first.close();
        Session session = Session.open(common, options, spec.commandLine().getOut());
        double bytes = Files.size(file);
        Sample again =
                new Repetition(options.runs(7), 0, 60)
                        .time(
                                Clock.of(device, false),
                                () -> modelOptions.read(config, device).close());
        Map<String, Object> extra = new LinkedHashMap<>();
        extra.put("first_s", seconds);
        extra.put("first_rss_mb", (peak - before) / 1024);
        extra.put("first_rss_per_file_byte", (peak - before) * 1024.0 / bytes);
        String shape = Math.round(bytes / 1e6) + " MB";
        session.add(new Row("load", shape, "float32", again, 0, bytes, extra));
        session.note(
                "the first time: %.2f s, and %.2f times the file's size of resident memory"
                        .formatted(seconds, (peak - before) * 1024.0 / bytes));
        session.finish();
        return 0;
    }
}
