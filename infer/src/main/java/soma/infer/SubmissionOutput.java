package soma.infer;

import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.data.SubmissionWriter;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.structures.Instances;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The competition's file; overlaps are taken out whatever the configuration says. */
final class SubmissionOutput implements Output {
    private final OutputStream stream;
    private final SubmissionWriter writer;

    SubmissionOutput(Path file) throws IOException {
        stream = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        writer = new SubmissionWriter(stream);
    }

    @Override
    public void add(ImageRecord image, Image8 pixels, Instances found) throws IOException {
        writer.add(image.id(), found.withoutOverlaps().masks());
    }

    @Override
    public void close() throws IOException {
        try (stream) {
            writer.close();
        }
    }
}
