"""
Small expected results of torch and torchvision, so that a fresh checkout tests kernels against them.

    python make_fixtures.py

Writes <family>.safetensors and manifest.json beside itself; needs torch, torchvision and safetensors.
"""
import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torchvision.ops import batched_nms, roi_align

HERE = os.path.dirname(os.path.abspath(__file__))
rng = torch.Generator().manual_seed(7)


def randn(*shape):
    return torch.randn(shape, generator=rng)


def with_gradients(fn, inputs, wrt):
    """Forward and backward in float32, and how far float64 is from it relative to the largest value."""
    results = {}
    grad_out = None
    for dtype in (torch.float32, torch.float64):
        xs = {k: v.to(dtype).clone().requires_grad_(k in wrt) for k, v in inputs.items()}
        y = fn(**xs)
        if grad_out is None:
            grad_out = randn(*y.shape)
        grads = torch.autograd.grad(y, [xs[k] for k in wrt], grad_out.to(dtype))
        results[dtype] = {"out": y.detach(), **{"grad." + k: g for k, g in zip(wrt, grads)}}
    single, double = results[torch.float32], results[torch.float64]
    drift = {k: ((v.double() - double[k]).abs().max() / double[k].abs().max()).item() for k, v in single.items()}
    return {**inputs, **single, "grad_out": grad_out}, drift


def conv(stride, padding, groups, x, w):
    fn = lambda x, w, b: F.conv2d(x, w, b, stride, padding, 1, groups)
    tensors, drift = with_gradients(fn, {"x": randn(*x), "w": randn(*w), "b": randn(w[0])}, ["x", "w", "b"])
    return {"stride": stride, "padding": padding, "dilation": 1, "groups": groups}, tensors, drift


def group_norm(groups, *x):
    fn = lambda x, weight, bias: F.group_norm(x, groups, weight, bias, 1e-5)
    inputs = {"x": randn(*x), "weight": randn(x[1]), "bias": randn(x[1])}
    return {"groups": groups, "eps": 1e-5}, *with_gradients(fn, inputs, ["x", "weight", "bias"])


def bilinear(size, *x):
    fn = lambda x: F.interpolate(x, size=size, mode="bilinear", align_corners=False)
    return {"size": size}, *with_gradients(fn, {"x": randn(*x)}, ["x"])


def roi(size, scale, ratio, aligned):
    rois = torch.tensor([[0, 1, 1, 9, 7], [0, -4, 2, 5, 12], [0, 3, 3, 3, 3]], dtype=torch.float32)
    fn = lambda x: roi_align(x, rois.to(x.dtype), size, scale, ratio, aligned)
    tensors, drift = with_gradients(fn, {"x": randn(1, 1, 5, 6)}, ["x"])
    params = {"output": size, "spatial_scale": scale, "sampling_ratio": ratio, "aligned": aligned}
    return params, {**tensors, "rois": rois}, drift


def nms(n, threshold):
    centre, side = torch.rand((n, 2), generator=rng) * 30, 5 + torch.rand((n, 2), generator=rng) * 15
    boxes = torch.cat([centre - side / 2, centre + side / 2], 1)
    scores = (torch.rand(n, generator=rng) * 8).floor() / 8
    groups = torch.arange(n) % 2
    keep = batched_nms(boxes, scores, groups, threshold)
    return {"threshold": threshold}, {"boxes": boxes, "scores": scores, "groups": groups, "keep": keep}, {}


FAMILIES = {
    "conv": {"3x3-stride2": conv(2, 1, 1, (1, 2, 5, 4), (2, 2, 3, 3)), "3x3-groups2": conv(1, 1, 2, (1, 2, 2, 3), (2, 1, 3, 3))},
    "norm": {"group2": group_norm(2, 2, 6, 2, 3)},
    "pool": {"bilinear-up": bilinear((7, 5), 1, 1, 4, 3), "bilinear-down": bilinear((2, 3), 1, 2, 5, 7)},
    "roi_align": {"aligned-ratio0": roi(3, 0.5, 0, True), "legacy-ratio2": roi(2, 0.5, 2, False)},
    "nms": {"ties": nms(24, 0.4)},
}

manifest = {"library": {"torch": torch.__version__}, "families": {}}
for family, cases in FAMILIES.items():
    tensors, entries = {}, {}
    for case, (params, values, drift) in cases.items():
        entries[case] = {"params": params, "float32_vs_float64_relative_to_max": drift}
        tensors.update({"%s.%s" % (case, k): v.contiguous() for k, v in values.items()})
    save_file(tensors, os.path.join(HERE, family + ".safetensors"))
    manifest["families"][family] = {"file": family + ".safetensors", "cases": entries}
with open(os.path.join(HERE, "manifest.json"), "w") as out:
    json.dump(manifest, out, indent=1)
    out.write("\n")
