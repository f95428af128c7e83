/**
 * Masks, outlines and boxes of single objects, on the host: run lengths, polygons, their overlaps
 * and moves. No tensors.
 */
package soma.maskrcnn.structures;
