"""
A narrow detectron2 Mask R-CNN with random weights, one image, and what detectron2 makes of it:

    python make.py        (needs torch, detectron2, safetensors, Pillow; writes beside itself)

The weights are drawn so that scores spread and no decision is nearly a tie; frozen batch norms get the
statistics of the image, since random convolutions explode without.
"""
import json
import os

import numpy as np
import torch
from detectron2 import model_zoo
from detectron2.config import get_cfg
from detectron2.data import transforms as T
from detectron2.evaluation.coco_evaluation import instances_to_coco_json
from detectron2.layers import FrozenBatchNorm2d
from detectron2.modeling import build_model
from PIL import Image, ImageDraw
from safetensors.torch import save_file

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


def write_config(cfg):
    with open(os.path.join(HERE, "config.yaml"), "w") as f:
        f.write("# Written by make.py.\n" + cfg.dump() + "SOMA:\n  RESNET_BLOCKS: %s\n" % BLOCKS)


def picture():
    rng = np.random.RandomState(1)
    low = Image.fromarray((rng.rand(8, 11, 3) * 120 + 60).astype("uint8"))
    image = low.resize((90, 64), Image.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(9):
        x, y, r = rng.randint(5, 85), rng.randint(5, 59), rng.randint(3, 12)
        draw.ellipse([x - r, y - r, x + r, y + r], tuple(int(v) for v in rng.randint(0, 256, 3)))
    image.save(os.path.join(HERE, "image.png"))
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def build(cfg, batch):
    torch.manual_seed(7)
    model = build_model(cfg)
    bottom_up = model.backbone.bottom_up
    for i, n in enumerate(BLOCKS):
        cut = torch.nn.Sequential(*list(bottom_up.stages[i])[:n])
        setattr(bottom_up, bottom_up.stage_names[i], cut)
        bottom_up.stages[i] = cut
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


def save_trace(tensors):
    kept, metadata = {}, {}
    for name, t in tensors.items():
        stride = 9 if t.dim() == 4 and t.shape[2] > 20 else 1
        if stride > 1:
            metadata["stride." + name] = str(stride)
            t = t[:, :, ::stride, ::stride]
        kept[name] = t.contiguous().clone()
    save_file(kept, os.path.join(HERE, "trace.safetensors"), metadata)


def main():
    torch.set_num_threads(1)
    cfg, pixels = config(), picture()
    resize = T.ResizeShortestEdge([cfg.INPUT.MIN_SIZE_TEST] * 2, cfg.INPUT.MAX_SIZE_TEST).get_transform(pixels)
    resized = resize.apply_image(pixels).astype("float32").transpose(2, 0, 1)
    batch = {"image": torch.as_tensor(resized), "height": pixels.shape[0], "width": pixels.shape[1]}
    model = build(cfg, batch)
    write_config(cfg)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, os.path.join(HERE, "weights.safetensors"))
    tensors = trace(model, batch)
    save_trace(tensors)
    with torch.no_grad():
        results = instances_to_coco_json(model([batch])[0]["instances"], "image")
    for r in results:
        r["category_id"] += 1
    with open(os.path.join(HERE, "detections.json"), "w") as f:
        json.dump(results, f)
        f.write("\n")
    with torch.backends.mkldnn.flags(enabled=False):  # the same under other rounding
        other = trace(model, batch)
    for name in tensors:
        same = tensors[name].shape == other[name].shape
        print(name, tuple(tensors[name].shape), (tensors[name] - other[name]).abs().max().item() if same else "DIFFERS",
              tensors[name].abs().max().item())
    print(len(results), "detections", sorted(set(r["category_id"] for r in results)),
          [round(r["score"], 3) for r in results])


if __name__ == "__main__":
    main()
