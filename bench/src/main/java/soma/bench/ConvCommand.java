package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code soma bench conv}. */
@Command(
        name = "conv",
        description = "Convolutions, forward and both gradients.",
        footer = {"", "Example: soma bench conv \"256x256 3x3 136x176\" \"3x64 7x7 544x704 s2\""})
final class ConvCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "\"CIxCO KxK HxW [sSTRIDE] [gGROUPS]\"",
            arity = "0..*",
            description = "Cases, quoted (default: those of R50-FPN and ResNeXt at 544x704).")
    private List<String> cases = List.of();

    @Override
    public Integer call() throws IOException {
        List<ConvCase> wanted = new ArrayList<>();
        for (String text : cases) {
            wanted.add(
                    ConvCase.parse(text)
                            .orElseThrow(
                                    () ->
                                            new ParameterException(
                                                    spec.commandLine(),
                                                    "expected \"CIxCO KxK HxW [sSTRIDE]"
                                                            + " [gGROUPS]\", got '"
                                                            + text
                                                            + "'")));
        }
        Session session = Session.open(common, options, spec.commandLine().getOut());
        KernelCases.conv(session, wanted, options.runs(21));
        session.finish();
        return 0;
    }
}
