package soma.nn.optim;

import soma.nn.Parameter;

import java.util.List;

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

    /**
     * The trainable ones of {@code parameters}, as detectron2's {@code
     * get_default_optimizer_params} sets them up: what holds for a bias also holds for that of a
     * normalisation.
     */
    public static List<OptimizedParameter> of(List<Parameter> parameters, Decay decay) {
        return parameters.stream().filter(Parameter::trainable).map(p -> of(p, decay)).toList();
    }

    private static OptimizedParameter of(Parameter p, Decay decay) {
        boolean bias = p.name().equals("bias") || p.name().endsWith(".bias");
        double own = p.role() == Parameter.Role.NORM ? decay.norm : decay.weight;
        return bias
                ? new OptimizedParameter(
                        p, decay.biasRateFactor, decay.bias == null ? own : decay.bias)
                : new OptimizedParameter(p, 1, own);
    }
}
