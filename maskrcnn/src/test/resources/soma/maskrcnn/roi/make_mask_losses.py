"""Makes mask_losses.safetensors: Dice and boundary losses with their gradients (run with numpy, scipy and
safetensors).

The distances are scipy's Euclidean distance transform, put together as Kervadec's one_hot2dist does. Gradients are
by the complex step, f'(x) = Im f(x + ih) / h, which has no rounding of a difference.
"""
import numpy as np
from safetensors.numpy import save_file
from scipy.ndimage import distance_transform_edt

STEP = 1e-30


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dice(logits, targets):
    """Milletari et al. 2016, with 1 added above and below; the mean over RoIs."""
    p = sigmoid(logits).reshape(len(logits), -1)
    g = targets.reshape(len(targets), -1)
    ratio = (2 * (p * g).sum(1) + 1) / ((p * p).sum(1) + (g * g).sum(1) + 1)
    return (1 - ratio).mean()


def signed_distance(mask):
    """Kervadec et al. 2019: outside the distance to the mask, inside minus that to the outside, less 1."""
    inside = mask >= 0.5
    if not inside.any() or inside.all():
        return np.zeros(mask.shape)
    return distance_transform_edt(~inside) * ~inside - (distance_transform_edt(inside) - 1) * inside


def boundary(logits, distances):
    """The mean over all cells of probability times distance, in sides of the mask."""
    return (sigmoid(logits) * distances).mean() / logits.shape[-1]


def gradient(f, logits):
    out = np.zeros(logits.shape)
    for i in np.ndindex(logits.shape):
        x = logits.astype(complex)
        x[i] += 1j * STEP
        out[i] = f(x).imag / STEP
    return out


def blob(generator, side):
    y, x = np.mgrid[:side, :side] + 0.5
    cy, cx = generator.uniform(0.2, 0.8, 2) * side
    ry, rx = generator.uniform(0.1, 0.6, 2) * side
    return (((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1).astype(np.float32)


generator = np.random.default_rng(8)
out = {}
for name, side, soft in [("small", 7, False), ("usual", 14, False), ("soft", 9, True)]:
    targets = [blob(generator, side), blob(generator, side), np.zeros((side, side)), np.ones((side, side))]
    single = np.zeros((side, side))
    single[side // 2, 0] = 1
    targets.append(single)
    targets = np.stack(targets).astype(np.float32)
    if soft:
        targets = (targets * generator.uniform(0.3, 1, targets.shape)).astype(np.float32)
    logits = generator.normal(0, 2, targets.shape).astype(np.float32)
    x, g = logits.astype(np.float64), targets.astype(np.float64)
    distances = np.stack([signed_distance(t) for t in g])
    out[f"{name}.logits"] = logits
    out[f"{name}.targets"] = targets
    out[f"{name}.distances"] = distances.astype(np.float32)
    out[f"{name}.dice"] = np.array([dice(x, g)])
    out[f"{name}.dice.grad"] = gradient(lambda z: dice(z, g), x)
    out[f"{name}.boundary"] = np.array([boundary(x, distances)])
    out[f"{name}.boundary.grad"] = gradient(lambda z: boundary(z, distances), x)
save_file(out, "mask_losses.safetensors")
