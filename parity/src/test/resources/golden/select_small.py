"""
Keeps the small cases of a folder of reference fixtures, so that a machine without them checks the same things:

    python select_small.py GOLDEN    (needs numpy and safetensors; writes ops and data beside itself)
"""
import json
import os
import shutil
import sys

from safetensors.numpy import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
CASE_BYTES = 24_000  # larger cases of an operator are left out
FAMILY_BYTES = 70_000
DATA_FILES = ["ensemble_boxes.json", "metric.json", "rle.json"]
LIST_BYTES = 40_000  # of each list of cases of a data file
HOSTILE_BYTES = 6_000  # larger hostile files are left out
HOSTILE_STEP = 3  # of the bad ones every third is kept
EVALUATION = "areas"  # the data set of coco_eval that is kept


def size(tensors):
    return sum(t.nbytes for t in tensors.values())


def operators(golden):
    source = os.path.join(golden, "ops")
    manifest = json.load(open(os.path.join(source, "manifest.json")))
    families = {}
    os.makedirs(os.path.join(HERE, "ops"), exist_ok=True)
    for name, family in manifest["families"].items():
        tensors = load_file(os.path.join(source, family["file"]))
        kept, cases = {}, {}
        for case in family["cases"]:
            own = {k: t for k, t in tensors.items() if k.startswith(case + ".")}
            needs_file = "image" in family["cases"][case].get("params", {}) and name == "image"
            if own and not needs_file and size(own) <= CASE_BYTES and size(kept) + size(own) <= FAMILY_BYTES:
                kept.update(own)
                cases[case] = family["cases"][case]
        if cases:
            listed = {k: family["tensors"][k] for k in kept}
            families[name] = {"file": family["file"], "meaning": family["meaning"], "cases": cases, "tensors": listed}
            save_file(kept, os.path.join(HERE, "ops", family["file"]))
    header = {k: manifest[k] for k in ("library", "seed", "naming", "tolerance_advice")}
    write("ops/manifest.json", dict(header, families=families))
    schedules = json.load(open(os.path.join(source, "schedules.json")))
    for schedule in schedules.values():
        schedule["lr"] = dict(list(schedule["lr"].items())[::8])
    write("ops/schedules.json", schedules)


def write(path, value):
    path = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump(value, f, indent=None, separators=(",", ":"))
        f.write("\n")


def first_of(value):
    """The cases of a list that need no other file, as many as fit, taken from all over it."""
    if isinstance(value, dict):
        return {k: first_of(v) for k, v in value.items()}
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return value
    small = [c for c in value if "png" not in c and len(json.dumps(c)) < LIST_BYTES / 8]
    step = max(1, sum(len(json.dumps(c)) for c in small) // LIST_BYTES + 1)
    return small[::step]


def data(golden):
    source = os.path.join(golden, "data")
    for name in DATA_FILES:
        write("data/" + name, first_of(json.load(open(os.path.join(source, name)))))
    expectations = json.load(open(os.path.join(source, "hostile", "expectations.json")))
    kept = {}
    for i, (name, expectation) in enumerate(expectations.items()):
        if expectation["ok"] is False and i % HOSTILE_STEP:
            continue
        files = [name] + ([expectation["expected"]] if "expected" in expectation else [])
        paths = [os.path.join(source, "hostile", f) for f in files]
        if sum(os.path.getsize(p) for p in paths) <= HOSTILE_BYTES:
            kept[name] = expectation
            for f, path in zip(files, paths):
                target = os.path.join(HERE, "data", "hostile", f)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(path, target)
    write("data/hostile/expectations.json", kept)
    for end in ("_gt.json", "_dt.json"):
        file = os.path.join("coco_eval", EVALUATION + end)
        write("data/" + file, json.load(open(os.path.join(source, file))))
    expected = json.load(open(os.path.join(source, "coco_eval", "expected.json")))
    write("data/coco_eval/expected.json", {EVALUATION: expected[EVALUATION]})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    operators(sys.argv[1])
    data(sys.argv[1])
