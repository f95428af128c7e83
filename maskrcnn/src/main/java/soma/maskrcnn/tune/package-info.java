/**
 * The search for the post-processing settings that score best on stored predictions: {@link
 * soma.maskrcnn.tune.Search} finds them, {@link soma.maskrcnn.tune.Tuning} measures them.
 */
package soma.maskrcnn.tune;
