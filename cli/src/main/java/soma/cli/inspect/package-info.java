/** What {@code soma inspect} finds out about weights. */
package soma.cli.inspect;
