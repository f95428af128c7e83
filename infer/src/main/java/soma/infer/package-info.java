/** From images to masks: the predictor, and runs over any number of images with their outputs. */
package soma.infer;
