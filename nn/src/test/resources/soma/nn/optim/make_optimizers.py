"""Makes optimizers.safetensors: five steps of torch.optim on 7 numbers (run with torch and safetensors)."""
import torch
from safetensors.torch import save_file

CASES = {
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1),
    "adam-eps": lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.8, 0.999), eps=1e-3, weight_decay=0.0),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=True),
}
out = {}
generator = torch.Generator().manual_seed(5)
for name, make in CASES.items():
    p = torch.randn(7, generator=generator).requires_grad_()
    optimizer = make([p])
    out[f"{name}.p0"] = p.detach().clone()
    for k in range(5):
        p.grad = torch.randn(7, generator=generator)
        out[f"{name}.g{k}"] = p.grad.clone()
        optimizer.step()
        out[f"{name}.p{k + 1}"] = p.detach().clone()
save_file(out, "optimizers.safetensors")
