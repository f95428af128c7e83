/** What {@code soma trace} records beside the intermediates of inference. */
package soma.cli.trace;
