/**
 * Layers with parameters: {@link soma.nn.Module} trees under PyTorch's names, their initial values,
 * and loading and saving of their state.
 */
package soma.nn;
