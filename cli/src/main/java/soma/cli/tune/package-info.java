/** What {@code soma tune} says and writes. */
package soma.cli.tune;
