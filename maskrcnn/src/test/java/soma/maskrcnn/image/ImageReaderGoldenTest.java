package soma.maskrcnn.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import soma.maskrcnn.SharedFiles;
import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every file of golden/data/images: the bytes of {@code cv2.imread}, or a clear error. */
class ImageReaderGoldenTest {
    private static final String FOLDER = "golden/data/images";

    @TestFactory
    List<DynamicTest> imagesAreThoseOfOpenCv() throws IOException {
        Path folder = SharedFiles.require(FOLDER);
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry :
                SharedFiles.json(FOLDER + "/expectations.json").properties()) {
            Path file = folder.resolve(entry.getKey());
            JsonNode expectation = entry.getValue();
            tests.add(
                    DynamicTest.dynamicTest(
                            entry.getKey(), () -> check(folder, file, expectation)));
        }
        return tests;
    }

    private static void check(Path folder, Path file, JsonNode expectation) throws IOException {
        String ok = expectation.required("ok").asText();
        switch (ok) {
            case "true" -> matches(folder, file, expectation);
            case "false" -> refused(file);
            default -> readOrRefused(file);
        }
    }

    private static void matches(Path folder, Path file, JsonNode expectation) throws IOException {
        ImageSize size =
                new ImageSize(
                        expectation.required("height").intValue(),
                        expectation.required("width").intValue());
        assertEquals(size, ImageReader.readSize(file));
        Image8 image = ImageReader.readBgr(file);
        assertEquals(size, new ImageSize(image.height(), image.width()));
        byte[] expected =
                Files.readAllBytes(folder.resolve(expectation.required("expected").asText()));
        assertEquals(expected.length, image.pixels().length);
        int largest = 0;
        long sum = 0;
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((expected[i] & 0xff) - (image.pixels()[i] & 0xff));
            largest = Math.max(largest, difference);
            sum += difference;
        }
        assertTrue(
                largest <= expectation.required("max_abs_diff").intValue(),
                "largest difference " + largest);
        double mean = (double) sum / expected.length;
        assertTrue(mean <= expectation.path("mean_abs_diff").asDouble(1.0), "mean " + mean);
    }

    private static void refused(Path file) {
        SomaException error = assertThrows(SomaException.class, () -> ImageReader.readBgr(file));
        namesFileOnOneLine(file, error);
    }

    private static void readOrRefused(Path file) {
        try {
            Image8 image = ImageReader.readBgr(file);
            assertEquals(37 * 59 * 3, image.pixels().length);
        } catch (SomaException e) {
            namesFileOnOneLine(file, e);
        }
    }

    private static void namesFileOnOneLine(Path file, SomaException error) {
        String message = error.getMessage();
        assertTrue(message.startsWith(file + ": cannot read image: "), message);
        assertTrue(message.length() > (file + ": cannot read image: ").length() + 8, message);
        assertTrue(message.indexOf('\n') < 0, message);
    }
}
