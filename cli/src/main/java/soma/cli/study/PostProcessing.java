package soma.cli.study;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.structures.Instances;

import java.util.List;
import java.util.function.IntFunction;

/** From what the models of a variant found to what it gives out. */
@FunctionalInterface
interface PostProcessing {
    /**
     * Does what precedes the first image, a search for example.
     *
     * @param images to be scored
     * @param found of each image, in their order, what each model found
     * @return the objects of the image at a place
     */
    IntFunction<Instances> prepare(Dataset images, List<List<Instances>> found);
}
