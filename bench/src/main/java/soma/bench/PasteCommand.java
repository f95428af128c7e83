package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code soma bench paste}. */
@Command(
        name = "paste",
        description = "Pasting of masks into an image of 520x704.",
        footer = {"", "Example: soma bench paste --masks 500 --device cuda"})
final class PasteCommand implements Callable<Integer> {
    private static final int MASKS = 200;

    /** On the emulator. */
    private static final int FEW = 4;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Option(
            names = "--masks",
            paramLabel = "N",
            description = "Number of masks (default: " + MASKS + "; " + FEW + " on the emulator).")
    private Integer masks;

    @Override
    public Integer call() throws IOException {
        Dimensions.positive(spec, "--masks", masks);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        run(session, masks, options.runs(21));
        session.finish();
        return 0;
    }

    /** With the usual number of masks if {@code masks} is null. */
    static void run(Session session, Integer masks, int runs) {
        KernelCases.paste(session, session.size(masks, MASKS, FEW), runs);
    }
}
