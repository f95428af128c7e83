package soma.maskrcnn.data;

/**
 * A class of objects; its index is its place in {@link Dataset#categories()}.
 *
 * @param id number in the data set's files
 * @param name name shown to people
 */
public record Category(long id, String name) {}
