"""Makes bootstrap.json beside this file: percentile bootstrap intervals of a mean, by numpy.

    python make_bootstrap.py

Needs numpy (2.4 was taken). numpy's RandomState seeded with the two halves of a 64-bit seed is the Mersenne Twister
that Commons Math seeds with that long, so that the resamples are the same ones and the intervals comparable exactly.
"""
import json
from pathlib import Path

import numpy as np

RESAMPLES = 10_000


def interval(values, seed):
    values = np.array(values)
    state = np.random.RandomState([seed >> 32 & 0xFFFFFFFF, seed & 0xFFFFFFFF])
    drawn = (len(values) * state.random_sample((RESAMPLES, len(values)))).astype(int)
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return {"values": values.tolist(), "seed": seed, "mean": values.mean(), "low": low, "high": high}


def main():
    cases = [
        interval([0.25, 0.5], 0),
        interval([i * 7919 % 1009 / 1009 for i in range(57)], 1),
        interval([((i * i) % 11 - 5) / 100 for i in range(30)], 2**40 + 7),
        interval([0.3] * 5, 3),
    ]
    path = Path(__file__).with_name("bootstrap.json")
    path.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
