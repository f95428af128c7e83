package soma.nn.optim;

import soma.nn.Parameter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A parameter with its own hyperparameters.
 *
 * @param rateFactor factor on the learning rate
 * @param decay weight decay
 */
public record OptimizedParameter(Parameter parameter, double rateFactor, double decay) {
    /**
     * Weight decay by kind of parameter.
     *
     * @param weight of all but what follows
     * @param norm of scales and shifts of normalisations
     * @param bias of every parameter named bias, or null to let the others decide
     * @param biasRateFactor factor on the learning rate of every parameter named bias
     */
    public record Decay(double weight, double norm, Double bias, double biasRateFactor) {}

    /** Those of an initialised module, which know their names, without rates of their own. */
    public static List<OptimizedParameter> of(List<Parameter> parameters, Decay decay) {
        Map<String, Parameter> named = new LinkedHashMap<>();
        parameters.forEach(p -> named.put(p.name(), p));
        return of(named, decay, _ -> 1);
    }

    /**
     * The trainable ones of {@code parameters}, as detectron2's {@code
     * get_default_optimizer_params} sets them up: what holds for a bias also holds for that of a
     * normalisation.
     *
     * @param rateFactor of each name, beside that of a bias
     */
    public static List<OptimizedParameter> of(
            Map<String, Parameter> parameters, Decay decay, ToDoubleFunction<String> rateFactor) {
        return parameters.entrySet().stream()
                .filter(e -> e.getValue().trainable())
                .map(e -> of(e.getKey(), e.getValue(), decay, rateFactor))
                .toList();
    }

    private static OptimizedParameter of(
            String name, Parameter p, Decay decay, ToDoubleFunction<String> rateFactor) {
        boolean bias = name.equals("bias") || name.endsWith(".bias");
        double rate = rateFactor.applyAsDouble(name);
        double own = p.role() == Parameter.Role.NORM ? decay.norm : decay.weight;
        return bias
                ? new OptimizedParameter(
                        p, rate * decay.biasRateFactor, decay.bias == null ? own : decay.bias)
                : new OptimizedParameter(p, rate, own);
    }
}
