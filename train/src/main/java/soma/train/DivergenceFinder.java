package soma.train;

import soma.maskrcnn.forward.TrainingLosses;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.rpn.DivergenceException;
import soma.nn.Buffer;
import soma.nn.Parameter;
import soma.nn.StateEntry;
import soma.tensor.Device;
import soma.tensor.OpObserver;
import soma.tensor.Scope;
import soma.tensor.Tensor;
import soma.tensor.autograd.Autograd;
import soma.tensor.autograd.Gradients;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Repeats a step that went wrong and finds where numbers first stopped being finite. */
final class DivergenceFinder implements OpObserver {
    private final MaskRcnn model;
    private final Device device;
    private boolean looking;
    private String layer;
    private String found;

    DivergenceFinder(MaskRcnn model, Device device) {
        this.model = model;
        this.device = device;
    }

    /**
     * Repeats a step's forward and backward passes.
     *
     * @param batches the forward pass of each, with the random numbers that the step drew
     * @return what went wrong first, in words
     */
    String find(List<Supplier<TrainingLosses>> batches) {
        List<String> culprits = new ArrayList<>();
        try (Scope _ = Scope.open("divergence", device)) {
            brokenEntry().ifPresent(name -> culprits.add(name + " is itself no longer finite"));
        }
        for (Supplier<TrainingLosses> losses : batches) {
            if (found == null) {
                try (Scope _ = Scope.open("divergence", device)) {
                    firstOp(losses).ifPresent(culprits::addFirst);
                }
            }
        }
        return culprits.isEmpty()
                ? "it did not show again when the step was repeated"
                : String.join("; ", culprits);
    }

    private Optional<String> brokenEntry() {
        for (StateEntry entry : model.state().values()) {
            Tensor value =
                    switch (entry) {
                        case Parameter p -> p.value();
                        case Buffer b -> b.value();
                        default -> null;
                    };
            if (value != null && !value.allFinite()) {
                return Optional.of(entry.name());
            }
        }
        return Optional.empty();
    }

    private Optional<String> firstOp(Supplier<TrainingLosses> losses) {
        try (OpObserver.Registration _ = OpObserver.observe(this)) {
            TrainingLosses forward = losses.get();
            Tensor total = forward.total();
            if (found == null) {
                layer = null;
                Gradients gradients = Autograd.backward(total);
                String parameter = lastBrokenGradient(gradients);
                if (found == null && parameter != null) {
                    found = "the gradient";
                }
                if (found != null) {
                    String where = parameter == null ? "" : ", in the gradient of " + parameter;
                    return Optional.of("going backward, " + found + where);
                }
                return Optional.empty();
            }
        } catch (DivergenceException e) {
            // The proposals were not finite; the observer has seen why.
            if (found == null) {
                return Optional.of(e.getMessage());
            }
        }
        return Optional.of(found + (layer == null ? "" : ", in the layer of " + layer));
    }

    /** The one nearest to the losses: backward reaches it first. */
    private String lastBrokenGradient(Gradients gradients) {
        String last = null;
        for (Parameter p : model.parameters()) {
            Tensor g = p.trainable() ? gradients.of(p.value()) : null;
            if (g != null && !g.allFinite()) {
                last = p.name();
            }
        }
        return last;
    }

    @Override
    public void made(String op, Tensor result) {
        if (looking || found != null) {
            return;
        }
        // The check itself may run an op.
        looking = true;
        try {
            if (result.node() != null && !result.node().leafInputs().isEmpty()) {
                layer = result.node().leafInputs().getFirst();
            }
            if (result.dtype().isFloating() && !result.allFinite()) {
                found = op + " " + result.shape() + " first gave " + kind(result);
            }
        } finally {
            looking = false;
        }
    }

    private static String kind(Tensor t) {
        for (double v : t.toDoubles()) {
            if (Double.isNaN(v)) {
                return "NaN";
            }
        }
        return "infinity";
    }
}
