package soma.maskrcnn.checkpoint;

import soma.maskrcnn.model.MaskRcnn;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.HostTensor;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Shape;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weight files of detectron2 (training, model zoo, Caffe2), torchvision or Soma, as the tensors of
 * a model, under its names and in its order of classes.
 */
public final class ModelFile {
    private static final String RUNNING_MEAN = ".running_mean";
    private static final String RUNNING_VAR = ".running_var";

    private ModelFile() {}

    /**
     * Reads a file for a model.
     *
     * @throws soma.nn.checkpoint.CheckpointException naming the file and what is wrong with it
     */
    public static StateDict read(Path file, MaskRcnn model) {
        return forModel(Checkpoints.read(file), model);
    }

    /**
     * The tensors of a file for a model. What fits no name of the model keeps the name that it has.
     *
     * @throws soma.nn.checkpoint.CheckpointException if a tensor fits two names of the model
     */
    public static StateDict forModel(StateDict file, MaskRcnn model) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        model.state().forEach((name, entry) -> shapes.put(name, entry.stateShape()));
        StateDict dict = inDetectron2Names(file, false);
        if (dict.naming() != StateDict.Naming.SUFFIXES) {
            return dict;
        }
        return withStatistics(SuffixMatching.match(dict, shapes), shapes);
    }

    /**
     * The tensors of a file under detectron2's names or, where the file has no more, their endings.
     *
     * @param keepUnused whether what detectron2's models have no place for is kept (see {@link
     *     #inTorchvisionNames})
     */
    public static StateDict inDetectron2Names(StateDict dict, boolean keepUnused) {
        if (dict.naming() == StateDict.Naming.CAFFE2) {
            return Caffe2Names.toDetectron2(dict);
        }
        if (TorchvisionNames.isMaskRcnn(dict)) {
            return TorchvisionNames.toDetectron2(dict, keepUnused);
        }
        return TorchvisionNames.isResNet(dict) ? TorchvisionNames.resNetToDetectron2(dict) : dict;
    }

    /**
     * The tensors of a Mask R-CNN under torchvision's names (of 0.14 and later). Slots of the
     * background, which detectron2's models lack, get the rows that {@link #inDetectron2Names} has
     * kept, or zeros.
     */
    public static StateDict inTorchvisionNames(StateDict dict) {
        return TorchvisionNames.fromDetectron2(inDetectron2Names(dict, true));
    }

    /**
     * Caffe2's batch norms are affine alone: their statistics are mean 0 and variance 1, as
     * detectron2 fills in.
     */
    private static StateDict withStatistics(StateDict dict, Map<String, Shape> model) {
        model.forEach(
                (name, shape) -> {
                    boolean mean = name.endsWith(RUNNING_MEAN);
                    if ((mean || name.endsWith(RUNNING_VAR)) && !dict.contains(name)) {
                        String norm = name.substring(0, name.lastIndexOf('.'));
                        if (dict.contains(norm + ".weight")) {
                            float[] values = new float[shape.size()];
                            Arrays.fill(values, mean ? 0 : 1);
                            dict.put(name, HostTensor.of(values, shape.dims()));
                        }
                    }
                });
        return dict;
    }
}
