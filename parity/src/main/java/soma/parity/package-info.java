/**
 * Holds Soma against recorded results of detectron2, torchvision, PyTorch and pycocotools: every
 * folder that is laid out like the reference fixtures ({@code ops}, {@code models}, {@code data}).
 */
package soma.parity;
