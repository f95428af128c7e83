"""Makes the weight files of SmallCheckpointTest in the current folder (run with numpy, torch, safetensors)."""
import pickle
import tarfile

import numpy as np
import torch
from safetensors.torch import save_file

# What protocols 0 and 1 escape or cut lines at: newline, backslash, quote, and bytes beyond ASCII.
odd = np.frombuffer(b"\n\\'\"\r\x00\x1a\x80\xff\xe9uU", dtype=np.uint8)
arrays = {
    "res2_0_w": np.array([[1.5, -2, 3e-39], [np.inf, 0.1, -0.0]], dtype=np.float32),
    "count": np.array(-(2**40), dtype=np.int64),
    "odd": odd,
    "fortran": np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3)),
}
for protocol in (0, 1, 2, 5):
    with open(f"protocol{protocol}.pkl", "wb") as f:
        pickle.dump({"blobs": {**arrays, "odd_momentum": odd}, "cfg": [1.5, "\u20ac\\", True, 2**31]}, f, protocol)
native = {k: torch.from_numpy(np.ascontiguousarray(a.astype(a.dtype.newbyteorder("="))).copy()) for k, a in arrays.items()}
native["count"] = native["count"].reshape(())
save_file(native, "arrays.safetensors")

storage = torch.arange(12, dtype=torch.float32)
tensors = {
    "a": storage[2:8].view(2, 3),
    "b": storage.view(3, 4).t(),
    "half": torch.tensor([1.0, -0.5], dtype=torch.float16),
    "bf": torch.tensor([3.0], dtype=torch.bfloat16),
    "flag": torch.tensor([True, False]),
    "step": torch.tensor(7),
}
top = {"model": tensors, "matching_heuristics": True, "iteration": 41}
torch.save(top, "zip.pth")
torch.save(top, "legacy.pth", _use_new_zipfile_serialization=False)
save_file({k: t.contiguous().clone() for k, t in tensors.items()}, "tensors.safetensors")

# Its first block is enough to be recognised.
with open("tar.pth", "wb") as f:
    f.write(tarfile.TarInfo("sys_info").tobuf())
