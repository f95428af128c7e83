"""What detectron2 finds with a full-width Mask R-CNN on real images, as a folder that `soma parity` reads.

    python full_width.py --weights r50.pth --out DIR [--threshold 0.43] IMAGE.png ...

Writes DIR/models/r50-full (config.yaml, weights.pth, manifest.json, and per image a trace and the detections)
and DIR/images. The weights are a detectron2 checkpoint of mask_rcnn_R_50_FPN_3x with 3 classes. Images keep
their size. Tolerances are measured: the same passes on one thread and without oneDNN.

Needs torch, detectron2, pycocotools, safetensors and Pillow.
"""
import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from detectron2 import model_zoo
from detectron2.config import get_cfg
from detectron2.evaluation.coco_evaluation import instances_to_coco_json
from detectron2.modeling import build_model
from PIL import Image
from safetensors.torch import save_file

MAP_LIMIT = 60_000  # larger maps are sampled
FIRST_ROIS = {"box.pooled": 32, "box.features": 32, "mask.pooled": 8}
ROUNDINGS = {"one_thread": {"threads": 1}, "no_onednn": {"onednn": False}}


def full_width_config(threshold):
    cfg = get_cfg()
    cfg.merge_from_file(model_zoo.get_config_file("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_3x.yaml"))
    cfg.MODEL.DEVICE, cfg.MODEL.WEIGHTS = "cpu", ""
    cfg.MODEL.ROI_HEADS.NUM_CLASSES = 3
    cfg.MODEL.ROI_HEADS.SCORE_THRESH_TEST = threshold
    cfg.INPUT.MASK_FORMAT, cfg.INPUT.MIN_SIZE_TEST = "bitmask", 0
    cfg.TEST.DETECTIONS_PER_IMAGE = 1000
    return cfg


def network_input(path):
    bgr = np.asarray(Image.open(path).convert("RGB"))[:, :, ::-1]
    chw = torch.from_numpy(bgr.astype(np.float32).transpose(2, 0, 1).copy())
    return {"image": chw, "height": bgr.shape[0], "width": bgr.shape[1]}


def forward_with_trace(model, sample):
    """The detections before post-processing, and every named intermediate that leads to them."""
    trace, rpn, heads = {}, model.proposal_generator, model.roi_heads

    def keep(module, take):
        return module.register_forward_hook(lambda _, inputs, output: trace.update(take(inputs, output)))

    def levels(_, output):
        logits, deltas = output
        named = {}
        for i, (lg, d) in enumerate(zip(logits, deltas)):
            named[f"rpn.logits.p{i + 2}"], named[f"rpn.deltas.p{i + 2}"] = lg, d
        return named

    def proposals(_, output):
        found = output[0][0]
        return {"proposals.boxes": found.proposal_boxes.tensor, "proposals.logits": found.objectness_logits}

    hooks = [
        keep(model.backbone, lambda i, o: {"input": i[0], **o}),
        keep(model.backbone.bottom_up.stem, lambda i, o: {"stem": o}),
        keep(model.backbone.bottom_up, lambda i, o: dict(o)),
        keep(rpn.rpn_head, levels),
        keep(rpn, proposals),
        keep(heads.box_pooler, lambda i, o: {"box.pooled": o}),
        keep(heads.box_head, lambda i, o: {"box.features": o}),
        keep(heads.box_predictor, lambda i, o: {"box.scores": o[0].softmax(1), "box.deltas": o[1]}),
        keep(heads.mask_pooler, lambda i, o: {"mask.pooled": o}),
    ]
    found = model.inference([sample], do_postprocess=False)[0]
    for hook in hooks:
        hook.remove()
    trace["detections.boxes"], trace["detections.scores"] = found.pred_boxes.tensor, found.scores
    trace["detections.classes"], trace["mask.probs"] = found.pred_classes, found.pred_masks[:, 0]
    return {name: t[: FIRST_ROIS.get(name, len(t))] for name, t in trace.items()}


def sampled(tensor):
    """(map[:, :, ::s, ::s], s) with the smallest odd s that leaves at most MAP_LIMIT values."""
    if tensor.dim() != 4:
        return tensor, 1
    step = 1
    while tensor[:, :, ::step, ::step].numel() > MAP_LIMIT:
        step += 2
    return tensor[:, :, ::step, ::step], step


def write_trace(path, trace):
    stored, entries, metadata = {}, {}, {}
    for name, full in trace.items():
        part, step = sampled(full)
        stored[name] = part.contiguous().clone()
        entries[name] = {"dtype": str(part.dtype).removeprefix("torch."), "shape": list(part.shape)}
        if step > 1:
            metadata[f"stride.{name}"] = str(step)
            entries[name].update(full_shape=list(full.shape), stride=step)
    save_file(stored, str(path), metadata=metadata)
    return entries


def drift(trace, other):
    """Largest difference of each map, relative to its largest value."""
    ranked = ("proposals", "box", "detections", "mask")
    return {
        name: float((other[name] - t).abs().max() / t.abs().max())
        for name, t in trace.items()
        if not name.startswith(ranked)
    }


def under_other_rounding(model, sample, trace, threads=None, onednn=True):
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    with torch.backends.mkldnn.flags(enabled=onednn):
        other = forward_with_trace(model, sample)
    torch.set_num_threads(before)
    figures = drift(trace, other)
    figures["detections.count"] = len(other["detections.boxes"])
    if torch.equal(other["detections.classes"], trace["detections.classes"]):
        for name, key in (("boxes", "boxes_max_abs_px"), ("scores", "scores_max_abs")):
            difference = other[f"detections.{name}"] - trace[f"detections.{name}"]
            figures[f"detections.{key}"] = float(difference.abs().max())
        figures["mask.probs_max_abs"] = float((other["mask.probs"] - trace["mask.probs"]).abs().max())
    return figures


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("images", nargs="+", type=Path)
    arguments.add_argument("--weights", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--threshold", type=float, default=0.43)
    args = arguments.parse_args()

    cfg = full_width_config(args.threshold)
    model = build_model(cfg).eval()
    model.load_state_dict(torch.load(args.weights, weights_only=True)["model"])
    folder = args.out / "models" / "r50-full"
    folder.mkdir(parents=True, exist_ok=True)
    (args.out / "images").mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(cfg.dump())
    shutil.copyfile(args.weights, folder / "weights.pth")
    manifest = {"model": "r50-full", "config": "config.yaml", "weights": {"weights.pth": "the weights that were given"}, "traces": {}}
    with torch.no_grad():
        for path in args.images:
            shutil.copyfile(path, args.out / "images" / path.name)
            sample = network_input(path)
            trace = forward_with_trace(model, sample)
            results = instances_to_coco_json(model([sample])[0]["instances"], path.stem)
            for result in results:
                result["category_id"] += 1
            (folder / f"detections-{path.stem}.json").write_text(json.dumps(results))
            manifest["traces"][path.stem] = {
                "image_id": path.stem,
                "tensors": write_trace(folder / f"trace-{path.stem}.safetensors", trace),
                "tolerance": {n: under_other_rounding(model, sample, trace, **how) for n, how in ROUNDINGS.items()},
            }
            print(path.stem, len(results), "detections", manifest["traces"][path.stem]["tolerance"]["no_onednn"])
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))


if __name__ == "__main__":
    main()
