package soma.maskrcnn.data;

import soma.maskrcnn.structures.Rle;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the competition's {@code submission.csv} as a stream, one image at a time. */
public final class SubmissionWriter implements AutoCloseable {
    private final Writer text;

    /**
     * Writes the header.
     *
     * @param out where to write; not closed by this writer
     */
    public SubmissionWriter(OutputStream out) throws IOException {
        text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        text.write("id,predicted\n");
    }

    /**
     * Adds an image: a row per mask, in order, or one row with an empty field when there is none.
     */
    public void add(String imageId, List<Rle> masks) throws IOException {
        if (masks.isEmpty()) {
            row(imageId, "");
        }
        for (Rle mask : masks) {
            row(imageId, mask.toRowRuns());
        }
    }

    private void row(String imageId, String runs) throws IOException {
        text.write(CsvText.field(imageId));
        text.write(',');
        text.write(runs);
        text.write('\n');
    }

    /** Hands everything to the stream below. */
    @Override
    public void close() throws IOException {
        text.flush();
    }
}
