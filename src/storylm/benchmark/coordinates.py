"""The coordinate check of optim.scale=mup: what a few steps change must not grow with the width.

Models of four widths learn the same few steps. Under the rule, the root mean square of what each
part of each layer gives, and of what the steps changed in it, stays where it is; without a rule it
grows (Yang et al. 2022, arXiv 2203.03466, appendix D.1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig, ModelConfig, OptimConfig, OptimizerKind, Scale
from storylm.model.loss import mean_nats
from storylm.model.transformer import Transformer
from storylm.optim.build import build_optimizer
from storylm.optim.scale import scale_start
from storylm.plots.sweeps import plot_coordinates

WIDTHS = (128, 256, 512, 1_024)
"""Narrower models are still far from the limit that the rule is about."""
FLAT = 0.25
"""Most that a change may grow, as a power of the width."""
GROWS = 0.5
"""What the logits' change must at least grow with where there is no rule."""
STEPS = 4
RATES = {OptimizerKind.adamw: 3e-3, OptimizerKind.muon: 1.2e-2}

Sizes = dict[str, tuple[float, float]]
"""Of each part: root mean square of what it gives after the steps, and of what they changed."""


def prove_coordinates(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Measure every optimizer with and without the rule; print and draw the growth of each part."""
    torch.set_num_threads(config.run_threads)
    rows = [["", "optim.scale", *map(str, WIDTHS), "grows as width^"]]
    curves: dict[str, dict[str, list[Sizes]]] = {}
    failures: list[str] = []
    for kind in RATES:
        for scale in (Scale.mup, Scale.none):
            optim = OptimConfig(learning_rate=RATES[kind], scale=scale, kind=kind)
            found = [sizes_after(build(width, optim), optim, seed=config.seed) for width in WIDTHS]
            curves.setdefault(kind.value, {})[scale.value] = found
            for part in found[0]:
                changes = [sizes[part][1] for sizes in found]
                power = growth(changes)
                label = f"{kind.value}: change of {part}"
                rows.append([label, scale.value, *(f"{c:.4f}" for c in changes), f"{power:+.2f}"])
                if scale is Scale.mup and abs(power) > FLAT:
                    failures.append(f"{label} is not flat under mup: width^{power:+.2f}")
        plain = growth([sizes["logits"][1] for sizes in curves[kind.value]["none"]])
        if kind is OptimizerKind.adamw and plain < GROWS:
            failures.append(f"without a rule the logits' change grows only as width^{plain:+.2f}")
    print(in_columns(rows))
    for line in failures:
        print(line)
    picture = scratch.parent / "coordinates.png"
    plot_coordinates(curves, WIDTHS, picture)
    print(f"\n{picture}")
    return {"what": "coordinates", "widths": WIDTHS, "steps": STEPS, "sizes": curves,
            "failures": failures}  # fmt: skip


def growth(sizes: Sequence[float]) -> float:
    """The power of the width with which a size grows, from the narrowest to the widest."""
    return math.log(sizes[-1] / sizes[0]) / math.log(WIDTHS[-1] / WIDTHS[0])


def build(width: int, optim: OptimConfig, *, layers: int = 2) -> Transformer:
    torch.manual_seed(0)
    config = ModelConfig(
        vocab_size=64, context_length=16, n_layers=layers, d_model=width, head_dim=16,
        tie_embeddings=False,
    )  # fmt: skip
    model = Transformer(config)
    scale_start(model, config, optim)
    return model


def sizes_after(model: Transformer, optim: OptimConfig, *, seed: int = 1) -> Sizes:
    """Each block's attention and MLP, the stream behind the block, and the logits, after a few
    steps on the same random ids."""
    found: dict[str, torch.Tensor] = {}

    def watch(module: torch.nn.Module, name: str) -> None:
        def keep(_: Any, __: Any, out: Any) -> None:
            found[name] = (out[0] if isinstance(out, tuple) else out).detach().float()

        module.register_forward_hook(keep)

    for layer, block in enumerate(model.blocks):
        watch(block.attention, f"attention {layer + 1}")
        watch(block.mlp, f"mlp {layer + 1}")
        watch(block, f"stream {layer + 1}")
    ids_BT = torch.randint(64, (8, 17), generator=torch.Generator().manual_seed(seed))

    def look() -> dict[str, torch.Tensor]:
        logits_BTV = model(ids_BT[:, :-1])
        return dict(found) | {"logits": logits_BTV.detach()}

    before = look()
    optimizer = build_optimizer(model, optim)
    for _ in range(STEPS):
        hidden_BTD = model.hidden(ids_BT[:, :-1])
        mean_nats(hidden_BTD, model.unembed_VD, ids_BT[:, 1:]).backward()
        optimizer.step()
        optimizer.zero_grad()
    after = look()
    return {name: (rms(after[name]), rms(after[name] - before[name])) for name in after}


def rms(x: torch.Tensor) -> float:
    """Root mean square."""
    return float(x.square().mean().sqrt())
