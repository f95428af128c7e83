package soma.maskrcnn.config;

import soma.nn.Parameter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What holds for parameters by name: {@code SOMA.FREEZE} and {@code SOMA.LR_MULTIPLIERS}. Patterns
 * are regular expressions that fit where they are found in a name (Python's {@code re.search}).
 */
public final class ParameterRules {
    private static final String FREEZE = "SOMA.FREEZE";
    private static final String MULTIPLIERS = "SOMA.LR_MULTIPLIERS";

    private final Config config;
    private final List<Pattern> frozen;
    private final List<RateFactor> rates;

    /** The factor on the learning rate of what fits a pattern. */
    private record RateFactor(Pattern pattern, double factor) {}

    private ParameterRules(Config config, List<Pattern> frozen, List<RateFactor> rates) {
        this.config = config;
        this.frozen = List.copyOf(frozen);
        this.rates = List.copyOf(rates);
    }

    /**
     * Reads and checks the keys.
     *
     * @throws soma.tensor.SomaException naming the first key whose value can't be used
     */
    public static ParameterRules from(Config config) {
        List<Pattern> frozen = new ArrayList<>();
        for (String text : config.getStrings(FREEZE)) {
            frozen.add(pattern(config, FREEZE, text));
        }
        List<RateFactor> rates = new ArrayList<>();
        for (List<?> pair : config.getLists(MULTIPLIERS)) {
            if (pair.size() != 2
                    || !(pair.getFirst() instanceof String text)
                    || !(pair.getLast() instanceof Number number)
                    || !(number.doubleValue() >= 0 && number.doubleValue() < Double.MAX_VALUE)) {
                throw config.invalid(
                        MULTIPLIERS, "pairs of a regular expression and a number of 0 or more");
            }
            rates.add(new RateFactor(pattern(config, MULTIPLIERS, text), number.doubleValue()));
        }
        return new ParameterRules(config, frozen, rates);
    }

    private static Pattern pattern(Config config, String key, String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw config.invalid(
                    key, "regular expressions ('%s': %s)".formatted(text, e.getDescription()));
        }
    }

    /**
     * Freezes the parameters that {@code SOMA.FREEZE} names.
     *
     * @param parameters all of the model, by name
     * @throws soma.tensor.SomaException if a pattern fits no name
     */
    public void freeze(Map<String, Parameter> parameters) {
        for (Pattern pattern : frozen) {
            requireMatch(FREEZE, pattern, parameters);
            parameters.forEach(
                    (name, p) -> {
                        if (pattern.matcher(name).find()) {
                            p.trainable(false);
                        }
                    });
        }
        if (parameters.values().stream().noneMatch(Parameter::trainable)) {
            throw config.invalid(FREEZE, "patterns that leave something to train");
        }
    }

    /**
     * Checks that every pattern of {@code SOMA.LR_MULTIPLIERS} fits a name.
     *
     * @param parameters all of the model, by name
     * @throws soma.tensor.SomaException if one doesn't
     */
    public void requireRates(Map<String, Parameter> parameters) {
        rates.forEach(rate -> requireMatch(MULTIPLIERS, rate.pattern, parameters));
    }

    /**
     * The factor on the learning rate of a parameter: that of the first pattern that fits, or 1.
     */
    public double rateFactor(String name) {
        for (RateFactor rate : rates) {
            if (rate.pattern.matcher(name).find()) {
                return rate.factor;
            }
        }
        return 1;
    }

    private void requireMatch(String key, Pattern pattern, Map<String, Parameter> parameters) {
        if (parameters.keySet().stream().noneMatch(name -> pattern.matcher(name).find())) {
            String nearest = NearestName.of(pattern.pattern(), parameters.keySet()).orElseThrow();
            throw config.invalid(
                    key,
                    "patterns found in names of parameters ('%s' is in none; the nearest is %s)"
                            .formatted(pattern.pattern(), nearest));
        }
    }
}
