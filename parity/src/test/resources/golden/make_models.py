"""
Narrow Mask R-CNNs with random weights, drawn images, and what detectron2 and torchvision make of them, laid out as
`soma parity` reads it:

    python make_models.py    (needs torch, torchvision, detectron2, pycocotools, safetensors, Pillow; writes beside itself)

narrow     detectron2: trace and detections of one image, test-time augmentation; train: 20 steps on two images of
           different sizes, one of them with a crowd; train-empty: on an image with objects and one without; train-none:
           on two images without
narrow-tv  torchvision: trace and detections; train: losses and gradients of one step

The weights are drawn so that scores spread and no decision is nearly a tie; frozen batch norms get the statistics of
the image, since random convolutions explode without. In training every anchor and proposal is used, so nothing random
enters. Tolerances are measured: the same on one thread and without oneDNN.
"""
import contextlib
import json
import os

import numpy as np
import torch
from pycocotools import mask as rle
from detectron2 import model_zoo
from detectron2.config import get_cfg
from detectron2.data import DatasetMapper
from detectron2.data import transforms as T
from detectron2.data.datasets import load_coco_json
from detectron2.evaluation.coco_evaluation import instances_to_coco_json
from detectron2.layers import FrozenBatchNorm2d
from detectron2.modeling import GeneralizedRCNNWithTTA, build_model
from detectron2.solver import build_lr_scheduler, build_optimizer
from detectron2.utils.events import EventStorage
from PIL import Image, ImageDraw
from safetensors.torch import save_file
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNN, MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.ops.misc import FrozenBatchNorm2d as TorchvisionFrozenBatchNorm

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCKS = [1, 1, 1, 1]
LEVELS = ["p2", "p3", "p4", "p5", "p6"]
KEYS = {
    "MODEL.RESNETS.STEM_OUT_CHANNELS": 8,
    "MODEL.RESNETS.RES2_OUT_CHANNELS": 16,
    "MODEL.RESNETS.WIDTH_PER_GROUP": 2,
    "MODEL.RESNETS.NUM_GROUPS": 2,
    "MODEL.FPN.OUT_CHANNELS": 16,
    "MODEL.ROI_HEADS.NUM_CLASSES": 3,
    "MODEL.ROI_BOX_HEAD.FC_DIM": 24,
    "MODEL.ROI_MASK_HEAD.CONV_DIM": 16,
    "MODEL.ROI_MASK_HEAD.NUM_CONV": 2,
    "MODEL.ANCHOR_GENERATOR.SIZES": [[16], [32], [64], [128], [256]],
    "MODEL.PIXEL_STD": [57.375, 57.12, 58.395],
    "MODEL.RPN.PRE_NMS_TOPK_TEST": 200,
    "MODEL.RPN.POST_NMS_TOPK_TEST": 60,
    "INPUT.MIN_SIZE_TEST": 96,
    "INPUT.MAX_SIZE_TEST": 160,
    "TEST.DETECTIONS_PER_IMAGE": 30,
}


def config():
    cfg = get_cfg()
    cfg.merge_from_file(model_zoo.get_config_file("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_3x.yaml"))
    cfg.MODEL.DEVICE, cfg.MODEL.WEIGHTS = "cpu", ""
    for key, value in KEYS.items():
        cfg.merge_from_list([key, value])
    return cfg


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def write_json(path, value):
    write(path, json.dumps(value, indent=1) + "\n")


def write_tensors(path, tensors, metadata=None):
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, path, metadata)


def folder(name):
    path = os.path.join(HERE, "models", name)
    os.makedirs(path, exist_ok=True)
    return path


@contextlib.contextmanager
def rounding(threads=2, onednn=True):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    with torch.backends.mkldnn.flags(enabled=onednn):
        yield
    torch.set_num_threads(before)


ROUNDINGS = {"one_thread": {"threads": 1}, "no_onednn": {"onednn": False}}


def picture():
    rng = np.random.RandomState(1)
    low = Image.fromarray((rng.rand(8, 11, 3) * 120 + 60).astype("uint8"))
    image = low.resize((90, 64), Image.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(9):
        x, y, r = rng.randint(5, 85), rng.randint(5, 59), rng.randint(3, 12)
        draw.ellipse([x - r, y - r, x + r, y + r], tuple(int(v) for v in rng.randint(0, 256, 3)))
    os.makedirs(os.path.join(HERE, "images"), exist_ok=True)
    image.save(os.path.join(HERE, "images", "drawn.png"))
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def cut(model):
    """Leaves BLOCKS of each stage."""
    bottom_up = model.backbone.bottom_up
    for i, n in enumerate(BLOCKS):
        stage = torch.nn.Sequential(*list(bottom_up.stages[i])[:n])
        setattr(bottom_up, bottom_up.stage_names[i], stage)
        bottom_up.stages[i] = stage
    return model


def build(cfg, batch):
    torch.manual_seed(7)
    model = cut(build_model(cfg))
    model.eval()
    for module in model.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.weight.copy_(torch.rand(module.weight.shape) * 0.6 + 0.7)
            module.bias.copy_(torch.randn(module.bias.shape) * 0.1)
            module.register_forward_pre_hook(statistics)
    heads = model.roi_heads
    with torch.no_grad():
        for layer, std in [(model.proposal_generator.rpn_head.objectness_logits, 0.5),
                           (model.proposal_generator.rpn_head.anchor_deltas, 0.05),
                           (heads.box_predictor.cls_score, 0.5), (heads.box_predictor.bbox_pred, 0.2),
                           (heads.mask_head.predictor, 0.3)]:
            layer.weight.normal_(0, std)
            layer.bias.normal_(0, 0.1)
        heads.box_predictor.cls_score.bias[-1] += 1.0
        model.backbone(model.preprocess_image([batch]).tensor)
    for module in model.modules():
        module._forward_pre_hooks.clear()
    return model


def statistics(module, args):
    module.running_mean.copy_(args[0].mean((0, 2, 3)))
    module.running_var.copy_(args[0].var((0, 2, 3)) + 1e-3)


@torch.no_grad()
def trace(model, batch):
    out, hooks = {}, []

    def on(module, see):
        hooks.append(module.register_forward_hook(lambda m, a, o: see(a, o)))

    def rpn(a, o):
        for level, logits, deltas in zip(LEVELS, *o):
            out["rpn.logits." + level], out["rpn.deltas." + level] = logits, deltas

    bottom_up, heads = model.backbone.bottom_up, model.roi_heads
    on(model.backbone, lambda a, o: out.update(input=a[0], **o))
    on(bottom_up.stem, lambda a, o: out.update(stem=o))
    on(bottom_up, lambda a, o: out.update(o))
    on(model.proposal_generator.rpn_head, rpn)
    on(model.proposal_generator, lambda a, o: out.update({
        "proposals.boxes": o[0][0].proposal_boxes.tensor, "proposals.logits": o[0][0].objectness_logits}))
    on(heads.box_pooler, lambda a, o: out.update({"box.pooled": o[:8]}))
    on(heads.box_head, lambda a, o: out.update({"box.features": o[:8]}))
    on(heads.box_predictor, lambda a, o: out.update({"box.scores": o[0].softmax(1), "box.deltas": o[1]}))
    on(heads.mask_pooler, lambda a, o: out.update({"mask.pooled": o[:4]}))
    found = model.inference([batch], do_postprocess=False)[0]
    for hook in hooks:
        hook.remove()
    out["detections.boxes"], out["detections.scores"] = found.pred_boxes.tensor, found.scores
    out["detections.classes"], out["mask.probs"] = found.pred_classes, found.pred_masks[:, 0]
    return out


def save_trace(path, tensors):
    """The trace, sampled where maps are large, and its entry in the manifest."""
    kept, metadata, entries = {}, {}, {}
    for name, t in tensors.items():
        stride = 9 if t.dim() == 4 and t.shape[2] > 20 else 1
        entries[name] = {"dtype": str(t.dtype).replace("torch.", "")}
        if stride > 1:
            metadata["stride." + name] = str(stride)
            entries[name].update(full_shape=list(t.shape), stride=stride)
            t = t[:, :, ::stride, ::stride]
        entries[name]["shape"] = list(t.shape)
        kept[name] = t
    write_tensors(path, kept, metadata)
    return entries


def drift(tensors, other):
    out = {}
    for name, t in tensors.items():
        if not name.startswith(("proposals", "box", "detections", "mask", "final")):
            out[name] = ((t - other[name]).abs().max() / t.abs().max()).item()
    return out


def one_based(results):
    for r in results:
        r["category_id"] += 1
    return results


# ---------------------------------------------------------------- training
# (width, height), objects, whether the last one is a crowd
TRAININGS = {
    "train": [((96, 64), 7, False), ((70, 90), 6, True)],
    "train-empty": [((96, 64), 7, False), ((70, 90), 0, False)],
    "train-none": [((96, 64), 0, False), ((70, 90), 0, False)],
}


def training_config():
    cfg = config()
    cfg.INPUT.MIN_SIZE_TRAIN, cfg.INPUT.RANDOM_FLIP, cfg.INPUT.MASK_FORMAT = (0,), "none", "bitmask"
    cfg.MODEL.RPN.BATCH_SIZE_PER_IMAGE = 16384
    cfg.MODEL.RPN.PRE_NMS_TOPK_TRAIN, cfg.MODEL.RPN.POST_NMS_TOPK_TRAIN = 200, 100
    cfg.MODEL.ROI_HEADS.BATCH_SIZE_PER_IMAGE = 4096
    s = cfg.SOLVER
    s.IMS_PER_BATCH, s.BASE_LR, s.MAX_ITER, s.STEPS, s.WARMUP_ITERS, s.WARMUP_FACTOR = 2, 0.0002, 20, (15,), 5, 0.001
    return cfg


def drawn_objects(path, size, count, crowd):
    """An image of ellipses and their annotations; the last one is a crowd if asked for."""
    rng = np.random.RandomState(size[0])
    image = Image.fromarray((rng.rand(size[1], size[0]) * 60 + 90).astype("uint8")).convert("RGB")
    annotations = []
    for k in range(count):
        x, y = rng.randint(14, size[0] - 14), rng.randint(14, size[1] - 14)
        rx, ry = rng.randint(5, 13, 2)
        shape = Image.new("L", size)
        ImageDraw.Draw(shape).ellipse([x - rx, y - ry, x + rx, y + ry], 1)
        image.paste(tuple(int(v) for v in rng.randint(0, 256, 3)), mask=Image.fromarray(np.asarray(shape) * 255))
        bits = np.asarray(shape)
        ys, xs = np.nonzero(bits)
        encoded = rle.encode(np.asfortranarray(bits))
        annotations.append({
            "category_id": k % 3 + 1, "iscrowd": int(crowd and k == count - 1), "area": int(bits.sum()),
            "bbox": [float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)],
            "segmentation": {"size": [int(v) for v in encoded["size"]], "counts": encoded["counts"].decode()}})
    os.makedirs(os.path.dirname(path), exist_ok=True)
    image.save(path)
    return annotations


def write_images(train, images):
    coco = {"images": [], "annotations": [], "categories": [{"id": k, "name": n} for k, n in enumerate("abc", 1)]}
    for k, (size, count, crowd) in enumerate(images, 1):
        name = "images/%d.png" % k
        coco["images"].append({"id": k, "file_name": name, "height": size[1], "width": size[0]})
        for a in drawn_objects(os.path.join(train, name), size, count, crowd):
            coco["annotations"].append(dict(a, id=len(coco["annotations"]) + 1, image_id=k))
    write_json(os.path.join(train, "annotations.json"), coco)


def batch_of(cfg, train):
    dicts = load_coco_json(os.path.join(train, "annotations.json"), train)
    for d in dicts:
        d["annotations"] = [dict(a, category_id=a["category_id"] - 1) for a in d["annotations"] if not a.get("iscrowd", 0)]
    mapper = DatasetMapper(cfg, is_train=True, augmentations=[])
    return [mapper(d) for d in dicts]


def run_training(cfg, state, train, steps):
    model = cut(build_model(cfg))
    model.load_state_dict(state)
    model.train()
    optimizer = build_optimizer(cfg, model)
    schedule = build_lr_scheduler(cfg, optimizer)
    metrics, gradients = [], {}
    with EventStorage(0) as storage:
        for step in range(steps):
            losses = model(batch_of(cfg, train))
            total = sum(losses.values())
            optimizer.zero_grad()
            total.backward()
            if step == 0:
                gradients = {k: p.grad.clone() for k, p in model.named_parameters() if p.grad is not None}
            lr = optimizer.param_groups[0]["lr"]
            optimizer.step()
            schedule.step()
            seen = storage.latest()
            counts = {"num_fg_samples": "roi_head/num_fg_samples", "num_bg_samples": "roi_head/num_bg_samples",
                      "num_pos_anchors": "rpn/num_pos_anchors", "num_neg_anchors": "rpn/num_neg_anchors"}
            metrics.append(dict({"iteration": step, "lr": lr, "total_loss": total.item()},
                                **{k: v.item() for k, v in losses.items()},
                                **{k: seen[name][0] * 2.0 for k, name in counts.items()}))
            storage.step()
    return metrics, gradients, {k: v.detach().clone() for k, v in model.state_dict().items()}


def compare(one, other):
    losses = [k for k in one[0][0] if "loss" in k]
    relative = lambda a, b: abs(a - b) / max(abs(a), 1e-12)
    flat = lambda g: torch.cat([v.double().flatten() for v in g.values()])
    a, b = flat(one[1]), flat(other[1])
    return {
        "loss_relative_difference_per_step": [max(relative(x[k], y[k]) for k in losses) for x, y in zip(one[0], other[0])],
        "gradient_max_relative_to_parameter_max": max(
            ((other[1][k] - g).abs().max() / g.abs().max().clamp(min=1e-30)).item() for k, g in one[1].items()),
        "gradient_global_relative_l2": ((a - b).norm() / a.norm()).item(),
        "weights_after_20_max_abs": max(
            ((other[2][k] - v).abs().max().item() for k, v in one[2].items() if v.is_floating_point()), default=0)}


def training(name, state, images, whole, steps=20):
    """Writes models/narrow/NAME; of edge cases only the gradients of small parameters."""
    train = os.path.join(folder("narrow"), name)
    write_images(train, images)
    cfg = training_config()
    write(os.path.join(train, "config.yaml"), "# Written by make_models.py.\n" + cfg.dump())
    one = run_training(cfg, state, train, steps)
    tolerance = {}
    for how, kw in ROUNDINGS.items():
        with rounding(**kw):
            tolerance[how] = compare(one, run_training(cfg, state, train, steps))
    write(os.path.join(train, "metrics.json"), "".join(json.dumps(m) + "\n" for m in one[0]))
    write_json(os.path.join(train, "losses-step0.json"), {k: v for k, v in one[0][0].items() if "loss" in k})
    kept = {k: g for k, g in one[1].items() if whole or g.numel() < 600}
    write_tensors(os.path.join(train, "grads.safetensors"), kept)
    if whole:
        changed = {k: v for k, v in one[2].items() if not torch.equal(v, state[k])}
        write_tensors(os.path.join(train, "weights-after-20.safetensors"), changed)
    write_json(os.path.join(train, "manifest.json"), {"start": "../weights.safetensors", "tolerance": tolerance})
    print(name, one[0][0], tolerance["no_onednn"])


def narrow():
    cfg, pixels = config(), picture()
    resize = T.ResizeShortestEdge([cfg.INPUT.MIN_SIZE_TEST] * 2, cfg.INPUT.MAX_SIZE_TEST).get_transform(pixels)
    resized = resize.apply_image(pixels).astype("float32").transpose(2, 0, 1)
    batch = {"image": torch.as_tensor(resized), "height": pixels.shape[0], "width": pixels.shape[1]}
    model = build(cfg, batch)
    state = {k: v.clone() for k, v in model.state_dict().items()}
    out = folder("narrow")
    write(os.path.join(out, "config.yaml"), "# Written by make_models.py.\n" + cfg.dump())
    write_tensors(os.path.join(out, "weights.safetensors"), state)
    tensors = trace(model, batch)
    tolerance = {}
    for how, kw in ROUNDINGS.items():
        with rounding(**kw):
            tolerance[how] = drift(tensors, trace(model, batch))
    entries = save_trace(os.path.join(out, "trace-drawn.safetensors"), tensors)
    with torch.no_grad():
        results = one_based(instances_to_coco_json(model([batch])[0]["instances"], "drawn"))
    write_json(os.path.join(out, "detections-drawn.json"), results)
    tta = [augmented(model, cfg, pixels, pixels, 0, "tta-drawn.json"),
           augmented(model, cfg, pixels, resize.apply_image(pixels), cfg.INPUT.MIN_SIZE_TEST, "tta-drawn-resized.json")]
    write_json(os.path.join(out, "manifest.json"), {
        "model": "narrow", "config": "config.yaml", "tta": tta, "train": [t + "/manifest.json" for t in TRAININGS],
        "traces": {"drawn": {"image_id": "drawn", "tensors": entries, "tolerance": tolerance}}})
    print(len(results), "detections", [round(r["score"], 3) for r in results])
    for name, images in TRAININGS.items():
        whole = name == "train"
        training(name, state, images, whole, steps=20 if whole else 2)


def augmented(model, cfg, pixels, given, min_size_test, file):
    """Test-time augmentation of the image as the loader gives it, which may have resized it already."""
    cfg = cfg.clone()
    sizes, limit = (64, 80, 96), 200
    cfg.TEST.AUG.ENABLED, cfg.TEST.AUG.MIN_SIZES, cfg.TEST.AUG.MAX_SIZE, cfg.TEST.AUG.FLIP = True, sizes, limit, True
    image = torch.as_tensor(np.ascontiguousarray(given.transpose(2, 0, 1)))
    sample = {"image": image, "height": pixels.shape[0], "width": pixels.shape[1], "file_name": "drawn.png"}
    with torch.no_grad():
        found = GeneralizedRCNNWithTTA(cfg, model)([sample])[0]["instances"]
    write_json(os.path.join(folder("narrow"), file), one_based(instances_to_coco_json(found, "drawn")))
    return {"image_id": "drawn", "file": file, "MIN_SIZE_TEST": min_size_test, "MIN_SIZES": sizes, "MAX_SIZE": limit,
            "FLIP": True}


# ---------------------------------------------------------------- torchvision
class NarrowBody(ResNet):
    """One bottleneck a stage, planes divided by 16: 16, 32, 64, 128 output channels; the stem has 64."""

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        return super()._make_layer(block, planes // 16, blocks, stride, dilate)


def torchvision_model():
    body = NarrowBody(Bottleneck, [1, 1, 1, 1], num_classes=1, norm_layer=TorchvisionFrozenBatchNorm)
    backbone = BackboneWithFPN(body, {"layer%d" % i: str(i - 1) for i in (1, 2, 3, 4)}, [16, 32, 64, 128], 16)
    return MaskRCNN(
        backbone, min_size=96, max_size=160,
        rpn_anchor_generator=AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5),
        rpn_head=RPNHead(16, 3), box_head=TwoMLPHead(16 * 49, 24), box_predictor=FastRCNNPredictor(24, 4),
        mask_head=MaskRCNNHeads(16, (16, 16, 16, 16), 1), mask_predictor=MaskRCNNPredictor(16, 16, 4))


@torch.no_grad()
def torchvision_trace(model, image):
    out, hooks, heads = {}, [], model.roi_heads
    on = lambda module, see: hooks.append(module.register_forward_hook(lambda m, a, o: see(a, o)))
    names = ["0", "1", "2", "3", "pool"]

    def rpn(a, o):
        for n, logits, deltas in zip(names, *o):
            out["rpn.logits." + n], out["rpn.deltas." + n] = logits, deltas

    def detections(a, o):
        d = o[0][0]
        out.update({"detections.boxes": d["boxes"].clone(), "detections.scores": d["scores"],
                    "detections.labels": d["labels"], "mask.probs": d["masks"][:, 0].clone()})

    on(model.transform, lambda a, o: out.update(input=o[0].tensors))
    on(model.backbone.body, lambda a, o: out.update({"body." + k: v for k, v in o.items()}))
    on(model.backbone, lambda a, o: out.update({"features." + k: v for k, v in o.items()}))
    on(model.rpn.head, rpn)
    on(model.rpn, lambda a, o: out.update({"proposals.boxes": o[0][0]}))
    on(heads.box_roi_pool, lambda a, o: out.update({"box.pooled": o[:8]}))
    on(heads.box_predictor, lambda a, o: out.update({"box.scores": o[0].softmax(1), "box.deltas": o[1]}))
    on(heads.mask_roi_pool, lambda a, o: out.update({"mask.pooled": o[:4]}))
    on(heads, detections)
    final = model([image])[0]
    for hook in hooks:
        hook.remove()
    out["final.boxes"] = final["boxes"]
    return out, final


def torchvision_folder():
    torch.manual_seed(11)
    model = torchvision_model().eval()
    pixels = np.asarray(Image.open(os.path.join(HERE, "images", "drawn.png")).convert("RGB"))
    image = torch.from_numpy(pixels.transpose(2, 0, 1).copy()).float() / 255
    hooks = [m.register_forward_pre_hook(statistics) for m in model.modules() if isinstance(m, TorchvisionFrozenBatchNorm)]
    with torch.no_grad():
        for layer, std in [(model.rpn.head.cls_logits, 0.5), (model.rpn.head.bbox_pred, 0.05),
                           (model.roi_heads.box_predictor.cls_score, 1.0), (model.roi_heads.box_predictor.bbox_pred, 0.2),
                           (model.roi_heads.mask_predictor.mask_fcn_logits, 0.6)]:
            layer.weight.normal_(0, std)
            layer.bias.normal_(0, 0.1)
        model.backbone(model.transform([image])[0].tensors)
    for hook in hooks:
        hook.remove()
    out = folder("narrow-tv")
    torch.save(model.state_dict(), os.path.join(out, "weights.pth"))
    tensors, final = torchvision_trace(model, image)
    tolerance = {}
    for how, kw in ROUNDINGS.items():
        with rounding(**kw):
            tolerance[how] = drift(tensors, torchvision_trace(model, image)[0])
    results = []
    for box, score, label, soft in zip(final["boxes"], final["scores"], final["labels"], final["masks"][:, 0]):
        x0, y0, x1, y1 = box.tolist()
        mask = rle.encode(np.asfortranarray((soft > 0.5).numpy().astype(np.uint8)))
        results.append({"image_id": "drawn", "category_id": int(label), "bbox": [x0, y0, x1 - x0, y1 - y0],
                        "score": score.item(), "segmentation": {"size": mask["size"], "counts": mask["counts"].decode()}})
    write_json(os.path.join(out, "detections-drawn.json"), results)
    write_json(os.path.join(out, "manifest.json"), {
        "model": "narrow-tv", "train": "train/manifest.json", "architecture": {"min_size": 96, "max_size": 160}, "tolerance": tolerance,
        "trace": {"image_id": "drawn", "tensors": save_trace(os.path.join(out, "trace-drawn.safetensors"), tensors)}})
    print("torchvision", len(results), "detections", tolerance["no_onednn"])
    torchvision_training({k: v.clone() for k, v in model.state_dict().items()})


# What torchvision calls detectron2's losses.
TORCHVISION_LOSSES = {"loss_cls": "loss_classifier", "loss_box_reg": "loss_box_reg", "loss_mask": "loss_mask",
                      "loss_rpn_cls": "loss_objectness", "loss_rpn_loc": "loss_rpn_box_reg"}

TORCHVISION_CONFIG = """# Written by make_models.py.
_BASE_: torchvision_maskrcnn_resnet50_fpn
MODEL:
  RESNETS: {STEM_OUT_CHANNELS: 64, RES2_OUT_CHANNELS: 16, WIDTH_PER_GROUP: 4}
  FPN: {OUT_CHANNELS: 16}
  RPN: {BATCH_SIZE_PER_IMAGE: 16384, POSITIVE_FRACTION: 0.5, PRE_NMS_TOPK_TRAIN: 200, POST_NMS_TOPK_TRAIN: 100}
  ROI_HEADS: {NUM_CLASSES: 3, BATCH_SIZE_PER_IMAGE: 4096}
  ROI_BOX_HEAD: {FC_DIM: 24}
  ROI_MASK_HEAD: {CONV_DIM: 16}
  BACKBONE: {FREEZE_AT: 0}
INPUT: {MIN_SIZE_TRAIN: [0], RANDOM_FLIP: none}
SOLVER: {BASE_LR: 0.001, MAX_ITER: 20, STEPS: [], WARMUP_ITERS: 0}
SOMA: {RESNET_BLOCKS: [1, 1, 1, 1]}
"""


def torchvision_batch(train):
    coco = json.load(open(os.path.join(train, "annotations.json")))
    images, targets = [], []
    for im in coco["images"]:
        pixels = np.asarray(Image.open(os.path.join(train, im["file_name"])).convert("RGB"))
        images.append(torch.from_numpy(pixels.transpose(2, 0, 1).copy()).float() / 255)
        own = [a for a in coco["annotations"] if a["image_id"] == im["id"]]
        boxes = torch.tensor([a["bbox"] for a in own])
        boxes[:, 2:] += boxes[:, :2]
        masks = np.array([rle.decode(a["segmentation"]) for a in own])
        targets.append({"boxes": boxes, "labels": torch.tensor([a["category_id"] for a in own]),
                        "masks": torch.from_numpy(masks)})
    return images, targets


def torchvision_step(state, train):
    """Losses, counts of samples and gradients of one step that samples everything."""
    model = torchvision_model()
    model.load_state_dict(state)
    model.train()
    model.rpn._pre_nms_top_n["training"], model.rpn._post_nms_top_n["training"] = 200, 100
    counts = {}

    def counted(sampler, size, names):
        sampler.batch_size_per_image = size

        def sample(labels):
            positive, negative = type(sampler).__call__(sampler, labels)
            counts.update(zip(names, (float(sum(m.sum() for m in side)) for side in (positive, negative))))
            return positive, negative

        return sample

    model.rpn.fg_bg_sampler = counted(model.rpn.fg_bg_sampler, 16384, ("num_pos_anchors", "num_neg_anchors"))
    model.roi_heads.fg_bg_sampler = counted(model.roi_heads.fg_bg_sampler, 4096, ("num_fg_samples", "num_bg_samples"))
    losses = model(*torchvision_batch(train))
    total = sum(losses.values())
    total.backward()
    metrics = {"iteration": 0, "lr": 0.001, "total_loss": total.item()}
    metrics.update({ours: losses[theirs].item() for ours, theirs in TORCHVISION_LOSSES.items()}, **counts)
    gradients = {k: p.grad.clone() for k, p in model.named_parameters() if p.grad is not None}
    return [metrics], gradients, {}


def torchvision_training(state):
    train = os.path.join(folder("narrow-tv"), "train")
    write_images(train, [((128, 96), 7, False), ((160, 96), 6, False)])
    write(os.path.join(train, "config.yaml"), TORCHVISION_CONFIG)
    one = torchvision_step(state, train)
    tolerance = {}
    for how, kw in ROUNDINGS.items():
        with rounding(**kw):
            tolerance[how] = compare(one, torchvision_step(state, train))
    write(os.path.join(train, "metrics.json"), json.dumps(one[0][0]) + "\n")
    write_json(os.path.join(train, "losses-step0.json"), {k: v for k, v in one[0][0].items() if "loss" in k})
    write_tensors(os.path.join(train, "grads.safetensors"), {k: g for k, g in one[1].items() if g.numel() < 1200})
    write_json(os.path.join(train, "manifest.json"), {"start": "../weights.pth", "tolerance": tolerance})
    print("torchvision", one[0][0], tolerance["no_onednn"])


def main():
    torch.set_num_threads(2)
    narrow()
    torchvision_folder()


if __name__ == "__main__":
    main()
