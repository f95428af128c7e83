/** What becomes of the detections of an image after the model: {@code SOMA.POST}. */
package soma.maskrcnn.post;
