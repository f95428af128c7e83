"""COCO evaluation by pycocotools, to be timed beside `soma eval` on the same files.

    python coco_eval.py jitter GT.json OUT.json      results.json: the annotations moved a little, with drawn scores
    python coco_eval.py time GT.json RESULTS.json    what pycocotools takes, and its figures

Needs pycocotools and numpy.
"""
import copy
import json
import sys
import time

import numpy as np
from pycocotools import mask as rle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def jitter(gt, out):
    rng = np.random.RandomState(0)
    results = []
    for annotation in json.load(open(gt))["annotations"]:
        encoded = annotation["segmentation"]
        if isinstance(encoded["counts"], list):
            encoded = rle.frPyObjects(encoded, *encoded["size"])
        mask = rle.decode(encoded)
        dy, dx = rng.randint(-3, 4, 2)
        moved = np.zeros_like(mask)
        h, w = mask.shape
        moved[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = mask[
            max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
        ]
        encoded = rle.encode(np.asfortranarray(moved))
        if rle.area(encoded) == 0:
            continue
        results.append(
            {
                "image_id": annotation["image_id"],
                "category_id": annotation["category_id"],
                "bbox": [float(v) for v in rle.toBbox(encoded)],
                "score": float(rng.rand()),
                "segmentation": {"size": encoded["size"], "counts": encoded["counts"].decode()},
            }
        )
    with open(out, "w") as f:
        json.dump(results, f)
    print(len(results), "results")


def evaluate(gt, results):
    start = time.perf_counter()
    truth = COCO(gt)
    # As detectron2 does for masks: without boxes, so that areas are the masks'.
    without_boxes = copy.deepcopy(json.load(open(results)))
    for r in without_boxes:
        r.pop("bbox")
    for kind, found in (("bbox", json.load(open(results))), ("segm", without_boxes)):
        evaluation = COCOeval(truth, truth.loadRes(found), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    print("pycocotools: %.2f s, bbox and segm, reading included" % (time.perf_counter() - start))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("jitter", "time"):
        sys.exit(__doc__)
    (jitter if sys.argv[1] == "jitter" else evaluate)(sys.argv[2], sys.argv[3])
