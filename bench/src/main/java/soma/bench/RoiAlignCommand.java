package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code soma bench roi-align}. */
@Command(
        name = "roi-align",
        description = "RoIAlign: 7x7 bins, 256 channels.",
        footer = {"", "Example: soma bench roi-align --boxes 512 --device cuda"})
final class RoiAlignCommand implements Callable<Integer> {
    private static final int BOXES = 1000;

    /** On the emulator. */
    private static final int FEW = 4;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Option(
            names = "--boxes",
            paramLabel = "N",
            description = "Number of boxes (default: " + BOXES + "; " + FEW + " on the emulator).")
    private Integer boxes;

    @Override
    public Integer call() throws IOException {
        Dimensions.positive(spec, "--boxes", boxes);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        run(session, boxes, options.runs(21));
        session.finish();
        return 0;
    }

    /** With the usual number of boxes if {@code boxes} is null. */
    static void run(Session session, Integer boxes, int runs) {
        KernelCases.roiAlign(session, session.size(boxes, BOXES, FEW), runs);
    }
}
