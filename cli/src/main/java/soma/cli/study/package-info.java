/** Studies: variants of training and inference, run one after the other and compared. */
package soma.cli.study;
