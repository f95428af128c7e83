/** Fusing the boxes of several models, as ensemble_boxes 1.0.9 does. */
package soma.maskrcnn.ensemble;
