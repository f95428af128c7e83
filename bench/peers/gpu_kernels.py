"""What PyTorch and torchvision need on a GPU for the cases that `soma bench` times, as JSON rows of the same names.

    python gpu_kernels.py [--device cuda] [--json rows.json] [--cold] [--runs 21] [--smoke] [KIND ...]

KIND is gemm, roi-align, nms, paste, model or train; without one, all are timed. Times are those of CUDA events,
warm or, with --cold, with the L2 cache overwritten before each call. Shapes and the way boxes are drawn are those
of soma's KernelCases; a row's "variant" tells rows of one name apart. The mask head's pasting is detectron2's
algorithm (detectron2.layers.paste_masks_in_image: bilinear sampling of every mask over the image, in one batch),
written here with grid_sample, and torchvision's paste_masks_in_image beside it.
torchvision's Mask R-CNN is close to detectron2's, not the
same; it gets random weights, and as many drawn objects as --objects says.

Needs torch and torchvision. --smoke only shows that the script works: on the CPU, small sizes, a run of each, whose
times mean nothing.
The repository holds no numbers of this script: it has not been run on a GPU yet.
"""
import argparse
import json
import statistics
import sys
import time

KINDS = ["gemm", "roi-align", "nms", "paste", "model", "train"]
FLUSHED = 128 << 20  # bytes, more than twice the largest L2 cache
GEMMS = [(512, 512, 512), (1024, 1024, 1024), (256, 2304, 2860), (64, 147, 45760), (512, 2048, 726)]
MAP = (544, 704)
IMAGE = (520, 704)
CLASSES = 9


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"], help="on the cpu, sizes are small")
    parser.add_argument("--smoke", action="store_true", help="every case once on the cpu, to see that it works")
    parser.add_argument("--json", help="also write the rows to this file")
    parser.add_argument("--cold", action="store_true", help="overwrite the L2 cache before each call")
    parser.add_argument("--runs", type=int, default=21, help="timed runs of a kernel (7 of a model at most)")
    parser.add_argument("--boxes", type=int, nargs="*", default=[2000, 5000], help="boxes for nms")
    parser.add_argument("--masks", type=int, nargs="*", default=[100, 200, 500], help="masks to paste")
    parser.add_argument("--batch", type=int, default=2, help="images of the model")
    parser.add_argument("--objects", type=int, default=100, help="objects per image of the training step")
    args = parser.parse_args(argv)
    unknown = [k for k in args.kinds if k not in KINDS]
    if unknown:
        parser.error(f"expected {', '.join(KINDS)}, got {unknown[0]}")
    for name in ("runs", "batch", "objects"):
        if getattr(args, name) < 1:
            parser.error(f"--{name}: expected a positive number, got {getattr(args, name)}")
    if args.smoke:
        args.device, args.runs, args.batch = "cpu", 1, 1
    return args


class Bench:
    """Times callables and collects the rows."""

    def __init__(self, args):
        self.args, self.rows = args, []
        self.gpu = args.device == "cuda"
        self.generator = torch.Generator().manual_seed(1)

    def random(self, *shape):
        return torch.rand(*shape, generator=self.generator).to(self.args.device)

    def boxes(self, n):
        """Sides of 16 to 64 pixels, somewhere in the map."""
        w, h = (16 + 48 * torch.rand(n, generator=self.generator) for _ in range(2))
        x = torch.rand(n, generator=self.generator) * (MAP[1] - w)
        y = torch.rand(n, generator=self.generator) * (MAP[0] - h)
        return torch.stack([x, y, x + w, y + h], 1).to(self.args.device)

    def seconds(self, work, runs):
        for _ in range(3 if self.gpu else 1):
            work()
        if not self.gpu:
            return [clocked(work) for _ in range(runs)]
        flushed = torch.empty(FLUSHED, dtype=torch.uint8, device="cuda") if self.args.cold else None
        calls = 1
        if flushed is None:  # short calls back to back, a millisecond at least
            calls = max(1, min(1000, int(1e-3 / max(self.events(work, 1), 1e-7)) + 1))
        times = []
        for _ in range(runs):
            if flushed is not None:
                flushed.zero_()
            times.append(self.events(work, calls))
        return times

    @staticmethod
    def events(work, calls):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(calls):
            work()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) / 1e3 / calls

    def add(self, name, shape, work, flops=0, dtype="float32", variant=None, runs=None):
        times = sorted(self.seconds(work, runs or self.args.runs))
        quartiles = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else 3 * times
        row = dict(name=name, shape=shape, dtype=dtype, device=device_name(self.args.device), runs=len(times),
                   median_s=quartiles[1], q1_s=quartiles[0], q3_s=quartiles[2], min_s=times[0], flops=flops,
                   cold=self.args.cold, peer=f"torch {torch.__version__}")
        if variant:
            row["variant"] = variant
        self.rows.append(row)
        rate = f"{flops / quartiles[1] / 1e9:10.1f} GFLOP/s" if flops else ""
        print(f"{name:28} {variant or '':22} {shape:18} {1e3 * quartiles[1]:10.4f} ms {rate}", flush=True)


def clocked(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def device_name(device):
    return torch.cuda.get_device_name() if device == "cuda" else "cpu"


def gemm(bench):
    for m, k, n in GEMMS if bench.gpu else [(64, 64, 64)]:
        a, b = bench.random(m, k), bench.random(k, n)
        shape = f"{m}x{k}x{n}"
        flops = 2.0 * m * k * n
        for variant, tf32 in (("float32", False), ("tf32", True)):
            torch.backends.cuda.matmul.allow_tf32 = tf32
            out = torch.empty(m, n, device=a.device)
            bench.add(f"gemm {shape}", shape, lambda: torch.matmul(a, b, out=out), flops, variant=variant)
        torch.backends.cuda.matmul.allow_tf32 = False
        a16, b16 = a.bfloat16(), b.bfloat16()
        out16 = torch.empty(m, n, device=a.device, dtype=torch.bfloat16)
        bench.add(f"gemm {shape}", shape, lambda: torch.matmul(a16, b16, out=out16), flops, "bfloat16", "bf16")


def roi_align(bench):
    """Each box from one level, as soma's bench has it: all from the finest, since that is where small boxes go."""
    boxes = 1000 if bench.gpu else 4
    finest = bench.random(1, 256, MAP[0] // 4, MAP[1] // 4)
    rois = torch.cat([torch.zeros(boxes, 1, device=finest.device), bench.boxes(boxes)], 1)
    for variant, maps in (("nchw", finest), ("nhwc", finest.contiguous(memory_format=torch.channels_last))):
        bench.add(f"roi-align {boxes}x7x7x256", f"{boxes}x7x7x256",
                  lambda: torchvision.ops.roi_align(maps, rois, 7, 0.25, -1, True), variant=variant)


def nms(bench):
    for groups, sizes in ((1, bench.args.boxes), (80, [1000])):
        for n in sizes if bench.gpu else [20]:
            boxes, scores = bench.boxes(n * groups), bench.random(n * groups)
            group = torch.arange(n * groups, device=boxes.device) % groups
            name = f"nms {n}" if groups == 1 else f"nms {n}x{groups}"
            bench.add(name, f"{n * groups}x4", lambda: torchvision.ops.batched_nms(boxes, scores, group, 0.7))


def paste_whole(masks, boxes, height, width):
    """Every mask sampled over the whole image and thresholded, all at once; masks are [n,1,28,28]."""
    y = torch.arange(height, device=masks.device, dtype=torch.float32) + 0.5
    x = torch.arange(width, device=masks.device, dtype=torch.float32) + 0.5
    x0, y0, x1, y1 = (boxes[:, i : i + 1] for i in range(4))
    y = (y - y0) / (y1 - y0) * 2 - 1
    x = (x - x0) / (x1 - x0) * 2 - 1
    n = len(masks)
    grid = torch.stack([x[:, None, :].expand(n, height, width), y[:, :, None].expand(n, height, width)], 3)
    return torch.nn.functional.grid_sample(masks, grid, align_corners=False)[:, 0] >= 0.5


def paste(bench):
    height, width = IMAGE
    for n in bench.args.masks if bench.gpu else [2]:
        masks, boxes = bench.random(n, 1, 28, 28), bench.boxes(n)
        name, shape = f"paste {n}x28x28", f"{n}x28x28"
        bench.add(name, shape, lambda: paste_whole(masks, boxes, height, width), variant="detectron2-like")
        theirs = torchvision.models.detection.roi_heads.paste_masks_in_image
        bench.add(name, shape, lambda: theirs(masks, boxes, (height, width)) >= 0.5, variant="torchvision",
                  runs=min(7, bench.args.runs))


def network(bench):
    """ResNet-50 with FPN; images keep their size."""
    height, width = IMAGE if bench.gpu else (64, 96)
    torch.manual_seed(0)
    model = torchvision.models.detection.maskrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, num_classes=CLASSES, min_size=height, max_size=width)
    images = [bench.random(3, height, width) for _ in range(bench.args.batch)]
    return model.to(bench.args.device), images, f"{bench.args.batch}x{height}x{width}x3"


def model(bench):
    net, images, shape = network(bench)
    net.eval()
    with torch.no_grad():
        for variant, tf32 in precisions(bench):
            allow_tf32(tf32)
            bench.add("infer", shape, lambda: net(images), variant=variant, runs=min(7, bench.args.runs))


def train(bench):
    net, images, shape = network(bench)
    net.train()
    targets = [target(bench, image) for image in images]
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0, momentum=0.9)

    def step():
        loss = sum(net(images, targets).values())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    for variant, tf32 in precisions(bench):
        allow_tf32(tf32)
        bench.add("train", shape, step, variant=variant, runs=min(7, bench.args.runs))


def target(bench, image):
    """Drawn objects: full rectangles, which cost as much as other masks do."""
    _, height, width = image.shape
    n = bench.args.objects if bench.gpu else 3
    boxes = bench.boxes(n)
    boxes[:, 0::2] *= width / MAP[1]
    boxes[:, 1::2] *= height / MAP[0]
    masks = torch.zeros(n, height, width, dtype=torch.uint8, device=image.device)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes.long().tolist()):
        mask[y0 : y1 + 1, x0 : x1 + 1] = 1
    labels = 1 + torch.arange(n, device=image.device) % (CLASSES - 1)
    return dict(boxes=boxes, labels=labels, masks=masks)


def precisions(bench):
    return (("float32", False), ("tf32", True)) if bench.gpu else (("float32", False),)


def allow_tf32(value):
    torch.backends.cuda.matmul.allow_tf32 = value
    torch.backends.cudnn.allow_tf32 = value


def main(argv):
    args = arguments(argv)
    global torch, torchvision  # after the arguments, so that --help needs neither
    import torch
    import torchvision
    if args.device == "cuda" and not torch.cuda.is_available():
        sys.exit("gpu_kernels.py: no GPU that torch can use; --smoke shows that the script works")
    torch.backends.cudnn.benchmark = True
    allow_tf32(False)
    bench = Bench(args)
    works = {"gemm": gemm, "roi-align": roi_align, "nms": nms, "paste": paste, "model": model, "train": train}
    for kind in args.kinds or KINDS:
        works[kind](bench)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(bench.rows, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1:])
