package soma.infer;

import soma.maskrcnn.data.RawPredictions;
import soma.tensor.SomaException;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a run writes. */
public enum OutputFormat {
    /** {@code results.json}: COCO results. */
    COCO("results.json"),
    /** {@code submission.csv}: the competition's run lengths, never overlapping. */
    CSV("submission.csv"),
    /** {@code overlays/<id>.png}: the objects drawn on the image. */
    OVERLAY("overlays"),
    /** {@code labels/<id>.tif}: one number per object, better scores on top. */
    LABELS("labels"),
    /**
     * {@code raw.safetensors}: what the model found before {@code SOMA.POST}, to be fused later.
     */
    RAW(RawPredictions.FILE);

    /** What is written when nothing else is asked for. */
    public static final Set<OutputFormat> DEFAULT = Set.of(COCO, CSV, OVERLAY);

    private static final List<String> LATER = List.of("geojson", "imagej");

    private final String entry;

    OutputFormat(String entry) {
        this.entry = entry;
    }

    /** The file or folder in the output directory. */
    public String entry() {
        return entry;
    }

    /**
     * Reads a list such as {@code coco,csv}.
     *
     * @throws SomaException naming the first word that is no format of this version
     */
    public static Set<OutputFormat> parse(String list) {
        Set<OutputFormat> formats = EnumSet.noneOf(OutputFormat.class);
        for (String word : list.split(",", -1)) {
            formats.add(one(word.strip().toLowerCase(Locale.ROOT)));
        }
        return formats;
    }

    private static OutputFormat one(String word) {
        String known =
                Arrays.stream(values())
                        .map(f -> f.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "));
        if (LATER.contains(word)) {
            throw new SomaException(
                    "--formats: " + word + " is not supported in this version: expected " + known);
        }
        return Arrays.stream(values())
                .filter(f -> f.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new SomaException(
                                        "--formats: expected some of "
                                                + known
                                                + ", got "
                                                + (word.isEmpty() ? "an empty word" : word)));
    }
}
