package soma.maskrcnn.data;

import java.util.List;
import java.util.stream.LongStream;

/**
 * A class of objects; its index is its place in {@link Dataset#categories()}.
 *
 * @param id number in the data set's files
 * @param name name shown to people
 */
public record Category(long id, String name) {
    /** Classes without names of their own: ids from 1 to {@code count}. */
    public static List<Category> numbered(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(k -> new Category(k, "class " + k))
                .toList();
    }
}
