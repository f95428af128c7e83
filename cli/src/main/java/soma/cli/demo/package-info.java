/**
 * {@code soma demo}: from drawn cells to a trained model and a report, without any data of one's
 * own.
 */
package soma.cli.demo;
