package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code soma bench roi-align}. */
@Command(
        name = "roi-align",
        description = "RoIAlign of 1000 boxes, 7x7 bins, 256 channels.",
        footer = {"", "Example: soma bench roi-align --threads 1"})
final class RoiAlignCommand implements Callable<Integer> {
    static final int BOXES = 1000;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Session session = Session.open(common, options, spec.commandLine().getOut());
        KernelCases.roiAlign(session, BOXES, options.runs(21));
        session.finish();
        return 0;
    }
}
