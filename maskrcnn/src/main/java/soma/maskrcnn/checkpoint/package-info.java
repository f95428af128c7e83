/** Weight files of other programs: what their names and class orders are in this model. */
package soma.maskrcnn.checkpoint;
