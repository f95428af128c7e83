package soma.train;

/**
 * The best evaluation so far.
 *
 * @param name the figure that decides: {@code segm/AP}, or {@code bbox/AP} without masks
 * @param value its value, 0 to 1
 * @param iteration steps done when it was reached
 */
public record BestMetric(String name, double value, long iteration) {}
