"""Makes the small data sets beside this file, and what pycocotools prints for them (expected.json).

    python make.py

Needs pycocotools (2.0.11 was taken) and numpy. Three data sets, each NAME_gt.json and NAME_dt.json:

    precisions  AP of 1/16, 5/16 and 9/16 for small, medium and large objects: ties in the third decimal
    recalls     AR of 1/16, 5/16 and 9/16 at 1, 10 and 100 detections
    moved       moved ellipses of three classes and equal scores, with crowds, polygons and a class without objects

expected.json lists evaluations: the data, --max-dets, and for boxes and masks the twelve lines and `stats`. Three
numbers are pycocotools' params.maxDets. One number N is detectron2's rule: [1, 10, N], with AP at N. Masks are
evaluated as detectron2 does, without the boxes of the results.
"""
import contextlib
import copy
import io
import json
import re
from pathlib import Path

import numpy as np
from pycocotools import mask as rle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

HERE = Path(__file__).parent


class DataSet:
    """Annotations and detections while they are collected."""

    def __init__(self, name, classes):
        self.name = name
        self.images = []
        self.annotations = []
        self.detections = []
        self.categories = [{"id": k + 1, "name": c} for k, c in enumerate(classes)]

    def image(self, height, width):
        self.images.append(
            {"id": len(self.images) + 1, "file_name": f"{len(self.images) + 1}.png", "height": height, "width": width}
        )

    def truth(self, category, mask, crowd=0, polygon=None):
        encoded, box, area = encode(mask)
        self.annotations.append(
            {
                "id": len(self.annotations) + 1,
                "image_id": len(self.images),
                "category_id": category,
                "iscrowd": crowd,
                "bbox": box,
                "area": area,
                "segmentation": polygon or encoded,
            }
        )

    def found(self, category, mask, score):
        encoded, box, _ = encode(mask)
        self.detections.append(
            {
                "image_id": len(self.images),
                "category_id": category,
                "bbox": box,
                "score": score,
                "segmentation": encoded,
            }
        )

    def write(self):
        truth = {"images": self.images, "annotations": self.annotations, "categories": self.categories}
        for end, content in (("gt", truth), ("dt", self.detections)):
            (HERE / f"{self.name}_{end}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


def encode(mask):
    encoded = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
    box = [float(v) for v in rle.toBbox(encoded)]
    area = int(rle.area(encoded))
    return {"size": list(mask.shape), "counts": encoded["counts"].decode()}, box, area


def rectangle(shape, y, x, side):
    mask = np.zeros(shape, bool)
    mask[y : y + side, x : x + side] = True
    return mask


def ellipse(shape, y, x, a, b):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return ((rows - y) / a) ** 2 + ((columns - x) / b) ** 2 <= 1


def precisions():
    """Per class 16 detections, the wrong ones first, so that precision is hits/16 at every recall."""
    data = DataSet("precisions", ["small", "medium", "large"])
    shape = (420, 450)
    data.image(*shape)
    for category, hits, side in ((1, 1, 20), (2, 5, 60), (3, 9, 100)):
        for i in range(16 - hits):
            data.found(category, rectangle(shape, 310, 340, side), 0.9 - 0.01 * i)
        for i in range(hits):
            mask = rectangle(shape, 105 * (i // 3), 105 * (i % 3), side)
            data.truth(category, mask)
            data.found(category, mask, 0.5 - 0.01 * i)
    return data


def recalls():
    """16 objects; the ranks of the right detections say how many are found among the first 1, 10 and 100."""
    data = DataSet("recalls", ["cell"])
    shape = (130, 160)
    data.image(*shape)
    objects = [rectangle(shape, 25 * (i // 4), 25 * (i % 4), 20) for i in range(16)]
    for mask in objects:
        data.truth(1, mask)
    right = iter(objects)
    for rank in range(1, 19):
        hit = rank in (1, 3, 5, 8, 10, 12, 13, 15, 18)
        data.found(1, next(right) if hit else rectangle(shape, 105, 130, 20), 1 - rank / 32)
    return data


def moved():
    random = np.random.RandomState(7)
    data = DataSet("moved", ["round", "flat", "absent", "rare"])
    for _ in range(5):
        shape = (110, 130)
        data.image(*shape)
        for k in range(22):
            category = 4 if k == 0 else 1 + k % 2
            y, x = random.randint(0, shape[0]), random.randint(0, shape[1])
            a, b = random.randint(4, 12), random.randint(4, 22)
            mask = ellipse(shape, y, x, a, b)
            polygon = None
            if k % 7 == 3:
                polygon = [[float(v) for v in (x - b, y, x, y - a, x + b, y + 0.5, x, y + a)]]
                mask = rle.decode(rle.merge(rle.frPyObjects(polygon, *shape)))
                if not mask.any():
                    continue
            data.truth(category, mask, crowd=int(k == 9), polygon=polygon)
            for _ in range(random.randint(0, 3)):
                dy, dx, da, db = random.randint(-2, 3, 4)
                guess = ellipse(shape, y + dy, x + dx, a + da, b + db)
                if guess.any():
                    data.found(category, guess, round(float(random.rand()), 1))
    return data


def evaluate(name, kind, max_dets):
    detections = json.loads((HERE / f"{name}_dt.json").read_text())
    if kind == "segm":
        for detection in detections:
            detection.pop("bbox")
    printed = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(HERE / f"{name}_gt.json"))
        evaluation = COCOeval(truth, truth.loadRes(copy.deepcopy(detections)), kind)
        numbers = [int(n) for n in max_dets.split(",")]
        evaluation.params.maxDets = numbers if len(numbers) == 3 else [1, 10, *numbers]
        evaluation.evaluate()
        evaluation.accumulate()
        with contextlib.redirect_stdout(printed):
            evaluation.summarize()
    lines = printed.getvalue().splitlines()
    stats = [float(v) for v in evaluation.stats]
    if len(numbers) == 1 and numbers[0] != 100:
        at_last = evaluation.eval["precision"][:, :, :, 0, 2]
        stats[0] = float(np.mean(at_last[at_last > -1]))
        head = re.sub(r"maxDets=\s*\d+", "maxDets={:>3d}".format(numbers[0]), lines[0].rsplit("=", 1)[0])
        lines[0] = head + "= {:0.3f}".format(stats[0])
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    per_class = [float(np.mean(p[p > -1])) if (p > -1).any() else -1.0 for p in np.moveaxis(precision, 2, 0)]
    return {"lines": lines, "stats": stats, "per_class": per_class}


def main():
    expected = []
    for data in (precisions(), recalls(), moved()):
        data.write()
        for max_dets in ("100", "12", "1,10,1000", "5,100,300"):
            expected.append(
                {
                    "data": data.name,
                    "max_dets": max_dets,
                    "bbox": evaluate(data.name, "bbox", max_dets),
                    "segm": evaluate(data.name, "segm", max_dets),
                }
            )
    rows = ",\n".join(json.dumps(row) for row in expected)
    (HERE / "expected.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
