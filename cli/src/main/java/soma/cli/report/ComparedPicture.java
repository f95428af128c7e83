package soma.cli.report;

import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.draw.Overlay;
import soma.maskrcnn.draw.OverlayStyle;
import soma.maskrcnn.draw.SideBySide;
import soma.maskrcnn.eval.MatchedImage;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.image.ImageReader;
import soma.maskrcnn.image.PillowResize;

import java.util.List;

/** An image twice: on the left its objects, found or missed; on the right predictions. */
public final class ComparedPicture {
    /** Most pixels of a side of each half on a page. */
    private static final int LONGEST_SIDE = 720;

    private ComparedPicture() {}

    /** In full size, with boxes and labels where there is room for them. */
    public static Image8 whole(Dataset dataset, MatchedImage matched) {
        Image8 pixels = ImageReader.readBgr(matched.image().file());
        OverlayStyle style = OverlayStyle.of(pixels.height(), pixels.width());
        return SideBySide.of(halves(dataset, matched, pixels, style));
    }

    /** For a page: outlines alone, and no larger than it can show. */
    public static Image8 small(Dataset dataset, MatchedImage matched) {
        Image8 pixels = ImageReader.readBgr(matched.image().file());
        int enlarged = OverlayStyle.of(pixels.height(), pixels.width()).scale();
        OverlayStyle style = new OverlayStyle(enlarged, 0.3, 0, 0);
        return SideBySide.of(
                halves(dataset, matched, pixels, style).stream()
                        .map(ComparedPicture::reduced)
                        .toList());
    }

    private static List<Image8> halves(
            Dataset dataset, MatchedImage matched, Image8 pixels, OverlayStyle style) {
        return List.of(
                Overlay.draw(pixels, DrawnObjects.truths(dataset, matched), style),
                Overlay.draw(pixels, DrawnObjects.predictions(dataset, matched), style));
    }

    private static Image8 reduced(Image8 picture) {
        int longest = Math.max(picture.height(), picture.width());
        if (longest <= LONGEST_SIDE) {
            return picture;
        }
        double factor = (double) LONGEST_SIDE / longest;
        return PillowResize.bilinear(
                picture,
                Math.max(1, (int) Math.round(picture.height() * factor)),
                Math.max(1, (int) Math.round(picture.width() * factor)));
    }
}
