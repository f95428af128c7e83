package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

/** {@code soma bench}: it only has kinds. */
@Command(
        name = "bench",
        description = "Times kernels and whole steps beside this machine's peak.",
        synopsisSubcommandLabel = "KIND",
        subcommands = {
            GemmCommand.class,
            ConvCommand.class,
            RoiAlignCommand.class,
            NmsCommand.class,
            PasteCommand.class,
            EnsembleCommand.class,
            ModelCommand.class,
            TrainCommand.class,
            LoadCommand.class,
            TuneCommand.class,
            AllCommand.class
        },
        footer = {"", "Example: soma bench conv --threads 2 --json conv.json"})
final class BenchCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin
    @SuppressWarnings("unused") // for picocli alone
    private CommonOptions common;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected gemm, conv, roi-align, nms, paste, ensemble, model, train, load, tune or"
                        + " all, got none");
    }
}
