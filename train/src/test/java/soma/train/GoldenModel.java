package soma.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.DatasetReader;
import soma.maskrcnn.data.GroundTruth;
import soma.maskrcnn.forward.Trace;
import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Safetensors;
import soma.nn.checkpoint.StateDict;
import soma.tensor.Device;
import soma.train.data.ImageCache;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A training fixture of {@code golden/models}, with a model at its start. */
final class GoldenModel implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Path folder;
    final Config config;
    final MaskRcnn model;
    final RandomStreams streams = new RandomStreams(0);
    private final List<Image8> images;
    private final List<GroundTruth> truths;

    GoldenModel(String name, Device device) {
        folder = SharedFiles.require("golden/models/" + name + "/train");
        List<String> overrides =
                name.equals("r50-gn") ? List.of("SOMA.RESNET_BLOCKS=[1,2,1,1]") : List.of();
        config = Config.load(folder.resolve("config.yaml").toString(), overrides);
        model = MaskRcnn.from(config);
        StateDict start = Safetensors.read(folder.resolveSibling("weights.safetensors"));
        model.initialize(device, streams, start, n -> false);
        model.training(true);
        Dataset data = DatasetReader.read(folder.resolve("annotations.json"));
        TrainingMapper mapper =
                new TrainingMapper(InputConfig.from(config), new ImageCache(0), streams);
        List<TrainingExample> batch =
                data.images().stream().map(image -> mapper.map(image, 0)).toList();
        images = batch.stream().map(TrainingExample::image).toList();
        truths = batch.stream().map(TrainingExample::truth).toList();
    }

    TrainingLosses losses() {
        return model.losses(model.batch(images), truths, streams.stream("sampling"), Trace.NONE);
    }

    JsonNode json(String file) throws IOException {
        return JSON.readTree(folder.resolve(file).toFile());
    }

    List<JsonNode> jsonLines(String file) throws IOException {
        List<JsonNode> lines = new java.util.ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(file))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    StateDict tensors(String file) {
        return Safetensors.read(folder.resolve(file));
    }

    @Override
    public void close() {
        model.close();
    }
}
