/** How good predictions are: COCO's average precision and the competition's score. */
package soma.maskrcnn.eval;
