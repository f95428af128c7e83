package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code soma bench nms}. */
@Command(
        name = "nms",
        description = "Non-maximum suppression.",
        footer = {"", "Example: soma bench nms --boxes 1000 --groups 80 --device cuda"})
final class NmsCommand implements Callable<Integer> {
    private static final int BOXES = 5000;

    /** On the emulator. */
    private static final int FEW = 100;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Option(
            names = "--boxes",
            paramLabel = "N",
            description =
                    "Boxes of each group (default: " + BOXES + "; " + FEW + " on the emulator).")
    private Integer boxes;

    @Option(
            names = "--groups",
            paramLabel = "N",
            defaultValue = "1",
            description = "Groups that do not see each other, as classes (default: 1).")
    private Integer groups;

    @Override
    public Integer call() throws IOException {
        Dimensions.positive(spec, "--boxes", boxes);
        Dimensions.positive(spec, "--groups", groups);
        Session session = Session.open(common, options, spec.commandLine().getOut());
        run(session, boxes, groups, options.runs(21));
        session.finish();
        return 0;
    }

    /** With the usual number of boxes if {@code boxes} is null. */
    static void run(Session session, Integer boxes, int groups, int runs) {
        KernelCases.nms(session, session.size(boxes, BOXES, FEW), groups, runs);
    }
}
