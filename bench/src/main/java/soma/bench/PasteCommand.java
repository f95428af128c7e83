package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code soma bench paste}. */
@Command(
        name = "paste",
        description = "Pasting of 200 masks into an image of 520x704.",
        footer = {"", "Example: soma bench paste --threads 1"})
final class PasteCommand implements Callable<Integer> {
    static final int MASKS = 200;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Session session = Session.open(common, options, spec.commandLine().getOut());
        KernelCases.paste(session, MASKS, options.runs(21));
        session.finish();
        return 0;
    }
}
