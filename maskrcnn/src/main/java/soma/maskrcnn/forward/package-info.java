/**
 * What goes along with one pass through the model: its input, what is seen on the way, the losses.
 */
package soma.maskrcnn.forward;
