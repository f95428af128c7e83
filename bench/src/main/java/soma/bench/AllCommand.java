package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.image.ImageSize;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code soma bench all}. */
@Command(
        name = "all",
        description = "All benchmarks, with their default sizes.",
        footer = {"", "Example: soma bench all --json bench.json"})
final class AllCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Mixin private ModelOptions modelOptions;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Config config = modelOptions.loadConfig();
        int kernelRuns = options.runs(21);
        int runs = options.runs(7);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        ImageSize size = modelOptions.size(session.isEmulated());
        KernelCases.gemm(session, List.of(), kernelRuns);
        KernelCases.conv(session, List.of(), kernelRuns);
        RoiAlignCommand.run(session, null, kernelRuns);
        NmsCommand.run(session, null, 1, kernelRuns);
        PasteCommand.run(session, null, kernelRuns);
        EnsembleCommand.run(session, EnsembleCommand.BOXES, EnsembleCommand.MODELS, kernelRuns);
        ModelCommand.run(
                session, modelOptions, config, List.of(), size, modelOptions.batch(1), runs);
        Batches batch = Batches.drawn(size, config, modelOptions.batch(2));
        TrainCommand.run(session, modelOptions, config, batch, runs);
        session.finish();
        return 0;
    }
}
