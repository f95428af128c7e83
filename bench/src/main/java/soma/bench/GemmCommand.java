package soma.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import soma.cli.CommonOptions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code soma bench gemm}. */
@Command(
        name = "gemm",
        description = "Matrix products.",
        footer = {"", "Example: soma bench gemm --threads 1 1024x1024x1024 256x2304x2860"})
final class GemmCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private BenchOptions options;
    @Spec private CommandSpec spec;

    @Option(names = "--size", paramLabel = "N", description = "A product of N x N matrices.")
    private Integer size;

    @Parameters(
            paramLabel = "MxKxN",
            arity = "0..*",
            description = "Sizes (default: 512, 1024 and three of R50-FPN's).")
    private List<String> shapes = List.of();

    @Override
    public Integer call() throws IOException {
        List<int[]> wanted = new ArrayList<>();
        if (Dimensions.positive(spec, "--size", size) != null) {
            wanted.add(new int[] {size, size, size});
        }
        for (String shape : shapes) {
            wanted.add(
                    Dimensions.parse(shape, 3)
                            .orElseThrow(
                                    () ->
                                            new ParameterException(
                                                    spec.commandLine(),
                                                    "expected MxKxN such as 256x2304x2860, got '"
                                                            + shape
                                                            + "'")));
        }
        Session session = Session.open(common, options, spec.commandLine().getOut());
        KernelCases.gemm(session, wanted, options.runs(21));
        session.finish();
        return 0;
    }
}
