/**
 * Weight files. They come from anywhere, so all that a file claims is checked before memory is
 * taken for it, and pickles can build data from a closed list only.
 */
package soma.nn.checkpoint;
