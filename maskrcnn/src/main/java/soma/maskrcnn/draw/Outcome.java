package soma.maskrcnn.draw;

/**
 * What became of an object when predictions were compared with annotations. The colours can be told
 * apart by colour-blind readers (Okabe and Ito, 2008), and the areas differ too.
 */
public enum Outcome {
    /** A prediction that is matched with an object, or an object that was found. */
    TRUE("true", 0x56b4e9, Area.FILLED),
    /** A prediction without an object. */
    FALSE("false", 0xd55e00, Area.HATCHED),
    /** An object that was not found. */
    MISSED("missed", 0xf0e442, Area.EMPTY),
    /** A crowd, which counts for nothing. */
    CROWD("crowd", 0xbbbbbb, Area.EMPTY);

    /** How the area inside the contour is painted. */
    enum Area {
        FILLED,
        HATCHED,
        EMPTY
    }

    private final String text;
    private final int rgb;
    private final Area area;

    Outcome(String text, int rgb, Area area) {
        this.text = text;
        this.rgb = rgb;
        this.area = area;
    }

    /** Returns the word for people. */
    public String text() {
        return text;
    }

    /** Returns the colour, {@code 0xRRGGBB}. */
    public int rgb() {
        return rgb;
    }

    Area area() {
        return area;
    }
}
