package soma.train;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.model.Detector;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.structures.Instances;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Safetensors;
import soma.tensor.Device;
import soma.tensor.cpu.Workers;
import soma.tensor.cpu.vector.VectorWidth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@link DeterminismTest} runs in a JVM of each vector width: prints a hash of what a short
 * training run leaves, on one thread, on two, interrupted and resumed, and of another seed; and of
 * what the trained model finds.
 */
final class DeterminismRun {
    /** Figures of a line of metrics.json that are about time, not numbers. */
    private static final String TIMES = "\"(time|data_time)\":[^,}]*,?";

    private DeterminismRun() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        Path folder = Path.of(args[0]);
        Dataset cells = TinyRun.dataset(folder.resolve("cells"), 6);
        Path one = train(cells, folder.resolve("one"), 1);
        Path two = train(cells, folder.resolve("two"), 2);
        Path resumed = folder.resolve("resumed");
        Workers.setThreads(2);
        AtomicInteger steps = new AtomicInteger();
        Trainer.train(TinyRun.request(cells, resumed).withStop(() -> steps.incrementAndGet() == 3));
        Workers.setThreads(1);
        Trainer.train(TinyRun.request(cells, resumed).withStart(TrainingRequest.Start.RESUME));
        Path other = folder.resolve("other");
        Trainer.train(TinyRun.request(cells, other, "SEED=8"));
        System.out.println("bits " + VectorWidth.bits());
        System.out.println("other " + hash(other));
        System.out.println("one " + hash(one));
        System.out.println("two " + hash(two));
        System.out.println("resumed " + hash(resumed));
        System.out.println("found-one " + found(cells, one, 1));
        System.out.println("found-two " + found(cells, one, 2));
    }

    private static Path train(Dataset cells, Path out, int threads) {
        Workers.setThreads(threads);
        Trainer.train(TinyRun.request(cells, out));
        return out;
    }

    /** Of the weights and of all metrics but times. */
    private static String hash(Path run) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(Files.readAllBytes(run.resolve("final.safetensors")));
        for (String line : Files.readAllLines(run.resolve("metrics.json"))) {
            digest.update(line.replaceAll(TIMES, "").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String found(Dataset cells, Path run, int threads) {
        Workers.setThreads(threads);
        Device device = Device.cpu();
        try (MaskRcnn model = MaskRcnn.from(TinyRun.config())) {
            model.initialize(
                    device,
                    new RandomStreams(0),
                    Safetensors.read(run.resolve("final.safetensors")),
                    _ -> false);
            Detector detector = new Detector(model, TinyRun.config(), device);
            Instances found =
                    detector.detect(ImageReader.readBgr(cells.images().getFirst().file()));
            if (found.size() == 0) {
                throw new IllegalStateException("nothing found, so nothing to compare");
            }
            List<String> masks = found.masks().stream().map(m -> m.toCocoString()).toList();
            return Arrays.hashCode(found.boxes())
                    + " "
                    + Arrays.hashCode(found.scores())
                    + (" " + found.size() + " " + masks.hashCode());
        }
    }
}
