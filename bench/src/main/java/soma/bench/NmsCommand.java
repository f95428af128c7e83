package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code soma bench nms}. */
@Command(
        name = "nms",
        description = "Non-maximum suppression among 5000 boxes.",
        footer = {"", "Example: soma bench nms --threads 1"})
final class NmsCommand implements Callable<Integer> {
    static final int BOXES = 5000;

    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Session session = Session.open(common, options, spec.commandLine().getOut());
        KernelCases.nms(session, BOXES, options.runs(21));
        session.finish();
        return 0;
    }
}
