package soma.maskrcnn.ensemble;

import soma.maskrcnn.structures.Instances;
import soma.maskrcnn.structures.MaskWindow;
import soma.maskrcnn.structures.Rle;

import java.util.Arrays;
import java.util.List;

/**
 * The objects of all models one after another, as {@link FusedBoxes#members} counts them.
 *
 * @param models what each found
 * @param weights of the models
 * @param starts position of each model's first object; at the end their number
 */
record Members(List<Instances> models, double[] weights, int[] starts) {
    static Members of(List<Instances> models, double[] weights) {
        double[] known = weights == null ? new double[models.size()] : weights;
        if (weights == null) {
            Arrays.fill(known, 1);
        }
        int[] starts = new int[models.size() + 1];
        for (int m = 0; m < models.size(); m++) {
            starts[m + 1] = starts[m] + models.get(m).size();
        }
        return new Members(models, known, starts);
    }

    private int model(int member) {
        int m = 0;
        while (starts[m + 1] <= member) {
            m++;
        }
        return m;
    }

    double weight(int member) {
        return weights[model(member)];
    }

    /** x1, y1, x2, y2 in pixels. */
    float[] box(int member) {
        int m = model(member);
        int at = 4 * (member - starts[m]);
        return Arrays.copyOfRange(models.get(m).boxes(), at, at + 4);
    }

    Rle mask(int member) {
        int m = model(member);
        return models.get(m).masks().get(member - starts[m]);
    }

    /** Its mask's probabilities; 0 and 1 where the model's aren't known. */
    MaskWindow probabilities(int member) {
        Instances found = models.get(model(member));
        if (found.probabilities() == null) {
            return MaskWindow.of(mask(member));
        }
        int i = member - starts[model(member)];
        return found.probabilities().window(i, box(member), found.height(), found.width());
    }
}
