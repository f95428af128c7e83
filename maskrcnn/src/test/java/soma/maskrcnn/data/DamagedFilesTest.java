package soma.maskrcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import soma.tensor.SomaException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Cut and mangled files give a data set with defects or a one-line failure that names the file, and
 * nothing else.
 */
class DamagedFilesTest {
    private static final String COCO =
            """
            {"images": [{"id": 1, "file_name": "a.png", "height": 3, "width": 4}],
             "annotations": [
              {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 0, 2, 3], "area": 3, "iscrowd": 0,
               "segmentation": {"size": [3, 4], "counts": "534"}},
              {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 0, 2, 3],
               "segmentation": {"size": [3, 4], "counts": [5, 3, 4]}},
              {"id": 3, "image_id": 1, "category_id": 1, "bbox": [1, 0, 2, 3],
               "segmentation": [[0, 0, 0, 2.5, 3, 2]]}],
             "categories": [{"id": 1, "name": "cell"}]}
            """;

    private static final String CSV =
            "id,annotation,width,height,cell_type\na,1 2 6 1,4,3,cort\nb,\"12 1\",4,3,astro\n";

    private static final String RESULTS =
            """
            [{"image_id": 3, "category_id": 7, "bbox": [1, 2.5, 3, 4], "score": 0.25},
             {"image_id": 4, "category_id": 7, "score": 1e-1, "segmentation": {"size": [3, 4], "counts": "534"}}]
            """;

    @TempDir Path folder;

    /** Reads a file. */
    interface Reading {
        void read(Path file);
    }

    static Stream<Arguments> survivesDamage() {
        Optional<Path> none = Optional.empty();
        Reading coco = file -> DatasetReader.read(file, none, Optional.of(DatasetFormat.COCO));
        Reading csv = file -> DatasetReader.read(file, none, Optional.of(DatasetFormat.CSV));
        Reading guessed = DatasetReader::read;
        return Stream.of(
                Arguments.of(COCO, coco),
                Arguments.of(COCO, guessed),
                Arguments.of(CSV, csv),
                Arguments.of(CSV, guessed),
                Arguments.of(RESULTS, (Reading) CocoResults::read));
    }

    @ParameterizedTest
    @MethodSource
    void survivesDamage(String text, Reading reading) throws IOException {
        Random random = new Random(11);
        Path file = folder.resolve("file.json");
        byte[] good = text.getBytes(StandardCharsets.UTF_8);
        String spare = "0123456789-.eE\"[]{},: \n~`\u0000";
        int failures = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(bad.length);
                bad[at] =
                        (byte)
                                (random.nextInt(8) == 0
                                        ? random.nextInt(256)
                                        : spare.charAt(random.nextInt(spare.length())));
            }
            if (i % 3 == 0) {
                bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            }
            Files.write(file, bad);
            try {
                reading.read(file);
            } catch (SomaException e) {
                failures++;
                assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
        assertTrue(failures > 150, "damage noticed: " + failures);
    }
}
