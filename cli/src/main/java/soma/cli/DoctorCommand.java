package soma.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import soma.cli.doctor.Diagnosis;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** {@code soma doctor}: describes the machine and what is missing on it. */
@Command(
        name = "doctor",
        description = {
            "Describe this machine: JDK, vectors, cores, memory, GPU, devices and measured speeds;"
                    + " say what is missing and how to get it."
        },
        footer = {"", "Example:", "  soma doctor"})
final class DoctorCommand implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Override
    public void run() {
        common.openDevice();
        PrintWriter out = spec.commandLine().getOut();
        List<Diagnosis.Fact> facts = Diagnosis.run();
        out.printf("%-22s %s%n", "Soma", version());
        int advised = 0;
        for (Diagnosis.Fact fact : facts) {
            out.printf("%-22s %s%n", fact.name(), fact.value());
            if (fact.advice().isPresent()) {
                out.printf("%-22s   -> %s%n", "", fact.advice().get());
                advised++;
            }
        }
        out.println(
                advised == 0
                        ? "Nothing is missing."
                        : advised == 1 ? "One remark, see ->." : advised + " remarks, see ->.");
    }

    private static String version() {
        try {
            return SomaVersion.number();
        } catch (IOException e) {
            return "unknown version: " + e.getMessage();
        }
    }
}
