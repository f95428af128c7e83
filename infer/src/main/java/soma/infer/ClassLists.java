package soma.infer;

import soma.maskrcnn.data.Category;
import soma.tensor.SomaException;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Classes that several models, files or data sets name. */
public final class ClassLists {
    private ClassLists() {}

    /**
     * The classes of all.
     *
     * @param lists by whose they are; an empty one agrees with all
     * @return none when all are empty
     * @throws SomaException when one has others than the first, or has them in another order
     */
    public static List<Category> agreed(SequencedMap<String, List<Category>> lists) {
        List<Category> all = List.of();
        String whose = "";
        for (Map.Entry<String, List<Category>> one : lists.sequencedEntrySet()) {
            List<Category> own = one.getValue();
            if (all.isEmpty()) {
                all = own;
                whose = one.getKey();
            } else if (!own.isEmpty() && !own.equals(all)) {
                throw new SomaException(
                        "%s: classes: expected %s as %s has, got %s"
                                .formatted(one.getKey(), listed(all), whose, listed(own)));
            }
        }
        return all;
    }

    private static String listed(List<Category> categories) {
        return categories.stream().map(c -> c.id() + " " + c.name()).toList().toString();
    }
}
