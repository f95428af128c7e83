package soma.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code soma convert}: from one file format to another. */
@Command(
        name = "convert",
        description = "Convert weights or data sets from one format to another.",
        subcommands = {ConvertWeightsCommand.class, ConvertDataCommand.class},
        footer = {
            "",
            "Example:",
            "  soma convert weights model_final.pkl model.safetensors",
            "  soma convert data annotations.json labels --to labels"
        })
final class ConvertCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected what to convert: one of " + spec.subcommands().keySet());
    }
}
