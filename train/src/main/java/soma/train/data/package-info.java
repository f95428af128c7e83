/** From a data set to batches: drawing, loading and augmenting images in the background. */
package soma.train.data;
