"""Makes the fixtures of ColorTest: what numpy, colorsys and OpenCV do to one small image.

Written with numpy 2.4, opencv-python-headless 5.0: python make_color.py FOLDER
The formulas of brightness, contrast and saturation are those of fvcore's BlendTransform as
detectron2's RandomBrightness, RandomContrast and RandomSaturation call it.
Each file is rows top down; blue, green, red, but gray for gray and clahe_*.
"""

import colorsys
import pathlib
import sys

import cv2
import numpy as np

HEIGHT, WIDTH = 37, 53


def image():
    rng = np.random.default_rng(20)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [127 + 100 * np.sin(x / (4 + c) + y / (7 - c)) for c in range(3)]
    pixels = np.stack(waves, axis=-1) + rng.normal(0, 25, (HEIGHT, WIDTH, 3))
    pixels[5:9, 10:20] = 200  # gray
    pixels[20:24, 30:40] = [255, 0, 0]
    return np.clip(pixels, 0, 255).astype(np.uint8)


def blend(img, src_image, src_weight, dst_weight):
    img = img.astype(np.float32)
    img = src_weight * src_image + dst_weight * img
    return np.clip(img, 0, 255).astype(np.uint8)


def brightness(img, w):
    return blend(img, 0, 1 - w, w)


def contrast(img, w):
    return blend(img, img.mean(), 1 - w, w)


def saturation(bgr, w):
    rgb = bgr[:, :, ::-1]
    grayscale = rgb.dot([0.299, 0.587, 0.114])[:, :, np.newaxis]
    return blend(rgb, grayscale, 1 - w, w)[:, :, ::-1]


def gamma(img, g):
    return np.rint(255 * (img / 255.0) ** g).astype(np.uint8)


def hue(bgr, degrees):
    out = np.empty_like(bgr)
    for i in np.ndindex(bgr.shape[:2]):
        b, g, r = (v / 255 for v in bgr[i].tolist())
        h, s, v = colorsys.rgb_to_hsv(r, g, b)
        turned = colorsys.hsv_to_rgb((h + degrees / 360) % 1, s, v)
        out[i] = [int(np.rint(255 * value)) for value in turned[::-1]]
    return out


def clahe(gray, limit, down, across):
    return cv2.createCLAHE(limit, (across, down)).apply(gray)


def main(folder):
    bgr = image()
    gray = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    results = {
        "color": bgr,
        "gray": gray,
        "brightness_0.7": brightness(bgr, 0.7),
        "brightness_1.4": brightness(bgr, 1.4),
        "contrast_0.6": contrast(bgr, 0.6),
        "contrast_1.5": contrast(bgr, 1.5),
        "saturation_0.3": saturation(bgr, 0.3),
        "saturation_1.7": saturation(bgr, 1.7),
        "gamma_0.6": gamma(bgr, 0.6),
        "gamma_1.8": gamma(bgr, 1.8),
        "hue_23.71": hue(bgr, 23.71),
        "hue_-100": hue(bgr, -100),
    }
    for sigma in (0.2, 0.5, 0.8, 1.3, 3.7):
        results[f"blur_{sigma}"] = cv2.GaussianBlur(bgr, (0, 0), sigma)
    for limit, down, across in ((2.0, 8, 8), (40.0, 4, 6), (1.3, 37, 53), (3.0, 1, 2), (0.0, 5, 3)):
        results[f"clahe_gray_{limit}_{down}_{across}"] = clahe(gray, limit, down, across)
    multiple = np.ascontiguousarray(gray[:32, :48])
    results["clahe_multiple_2.5_4_6"] = clahe(multiple, 2.5, 4, 6)
    for name, pixels in results.items():
        (pathlib.Path(folder) / f"{name}.raw").write_bytes(np.ascontiguousarray(pixels).tobytes())


if __name__ == "__main__":
    main(sys.argv[1])
