package soma.maskrcnn.tune;

import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.SimpleBounds;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.apache.commons.math3.random.MersenneTwister;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Evolution of all numbers at once (CMA-ES, Hansen and Ostermeier 2001; Commons Math): it sees what
 * a search along one axis after another can't, that two settings are better changed together.
 *
 * @param scales the axes
 */
record Evolution(List<Scale> scales) {
    /** Step at the start, a part of each axis. */
    private static final double SIGMA = 0.2;

    /**
     * An axis measured by how many detections lie below: even steps change evenly many of them.
     *
     * @param axis the setting
     * @param values those of all detections, ascending; at least one
     */
    record Scale(Axis axis, double[] values) {
        /** The setting at {@code part}, from 0 to 1. */
        Settings at(Settings settings, double part) {
            double index = part * (values.length - 1);
            int low = (int) index;
            int high = Math.min(low + 1, values.length - 1);
            double value = values[low] + (index - low) * (values[high] - values[low]);
            return axis.at(settings, value);
        }

        /** Where the setting is, from 0 to 1. */
        double part(Settings settings) {
            int found = Arrays.binarySearch(values, axis.position(settings));
            int below = found >= 0 ? found : -found - 1;
            return Math.min(1, (double) below / Math.max(1, values.length - 1));
        }
    }

    /** Returns the best settings that were met; {@code start} if none was better. */
    Settings improve(Settings start, ToDoubleFunction<Settings> score, int generations, long seed) {
        double[] guess = scales.stream().mapToDouble(s -> s.part(start)).toArray();
        double[] low = new double[guess.length];
        double[] high = new double[guess.length];
        double[] sigma = new double[guess.length];
        Arrays.fill(high, 1);
        Arrays.fill(sigma, SIGMA);
        var optimizer =
                new CMAESOptimizer(
                        generations, 0, true, 0, 0, new MersenneTwister(seed), false, null);
        PointValuePair best =
                optimizer.optimize(
                        new ObjectiveFunction(parts -> score.applyAsDouble(at(start, parts))),
                        GoalType.MAXIMIZE,
                        new InitialGuess(guess),
                        new SimpleBounds(low, high),
                        new CMAESOptimizer.Sigma(sigma),
                        // As the tutorial of Hansen has it.
                        new CMAESOptimizer.PopulationSize(4 + (int) (3 * Math.log(guess.length))),
                        MaxEval.unlimited());
        Settings found = at(start, best.getPoint());
        return score.applyAsDouble(found) > score.applyAsDouble(start) ? found : start;
    }

    private Settings at(Settings start, double[] parts) {
        Settings settings = start;
        for (int i = 0; i < parts.length; i++) {
            settings = scales.get(i).at(settings, parts[i]);
        }
        return settings;
    }
}
