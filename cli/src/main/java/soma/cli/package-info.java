/**
 * The {@code soma} command.
 *
 * <p>A command is a class {@code XxxCommand}, annotated with picocli's {@code @Command}, that
 * implements {@link java.util.concurrent.Callable} or {@link Runnable}, mixes in {@link
 * soma.cli.CommonOptions} and is named in the list of {@link soma.cli.Soma}. Modules that this one
 * does not see add theirs through {@link soma.cli.CommandProvider}.
 */
package soma.cli;
