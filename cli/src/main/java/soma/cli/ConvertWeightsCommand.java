package soma.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import soma.maskrcnn.checkpoint.ModelFile;
import soma.nn.checkpoint.Checkpoints;
import soma.nn.checkpoint.StateDict;

import java.nio.file.Path;

/** {@code soma convert weights}: between formats and naming schemes. */
@Command(
        name = "weights",
        description = {
            "Write the tensors of a weights file in the format that OUT's ending says:"
                    + " .safetensors, or .pth as torch.load and detectron2's checkpointer read it.",
            "Values are copied bit for bit. Caffe2's blobs always get detectron2's names."
        },
        footer = {
            "",
            "Example:",
            "  soma convert weights maskrcnn_resnet50_fpn_coco.pth model.pth --names detectron2"
        })
final class ConvertWeightsCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("soma.cli");

    /** Naming schemes of Mask R-CNN's tensors, each with its order of classes. */
    enum Names {
        /** As they are. */
        KEEP,
        /** detectron2's: background last. */
        DETECTRON2,
        /** torchvision's: background first, with slots in the box and mask predictors. */
        TORCHVISION
    }

    @Mixin
    @SuppressWarnings("unused") // for picocli alone
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "IN", description = "A .pth, .pkl or .safetensors file.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "A .pth or .safetensors file.")
    private Path out;

    @Option(
            names = "--names",
            paramLabel = "SCHEME",
            defaultValue = "KEEP",
            description =
                    "keep, detectron2 or torchvision (default: keep). Each has its own order of"
                            + " classes.")
    private Names names;

    @Override
    public void run() {
        StateDict read = Checkpoints.read(in);
        StateDict named =
                switch (names) {
                    case KEEP ->
                            read.naming() == StateDict.Naming.CAFFE2
                                    ? ModelFile.inDetectron2Names(read, true)
                                    : read;
                    case DETECTRON2 -> ModelFile.inDetectron2Names(read, true);
                    case TORCHVISION -> ModelFile.inTorchvisionNames(read);
                };
        Checkpoints.write(out, named);
        LOG.info("wrote {} tensors to {}", named.size(), out);
    }
}
