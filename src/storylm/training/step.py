"""One optimizer step in plain PyTorch: what training, its preflight and a replay have in common."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor
from torch.optim import Optimizer

from storylm.config import RunConfig
from storylm.model.loss import mean_nats
from storylm.model.transformer import Transformer

if TYPE_CHECKING:  # it brings Lightning, which takes its time
    from storylm.data.loading import Windows


def accumulate_gradients(
    model: Transformer,
    windows: Windows,
    run: RunConfig,
    *,
    end_of_story: int,
    step: int,
    rank: int = 0,
    hidden: Callable[..., Tensor] | None = None,
    backward: Callable[[Tensor], Any] = Tensor.backward,
    stays_here: Callable[[bool], contextlib.AbstractContextManager] | None = None,
    mean_over_devices: Callable[[Tensor], Tensor] = lambda count: count,
) -> Tensor:
    """Add the gradients of this device's windows of a step, one micro-batch after another; return
    their loss, the mean nats per counted target, as a scalar on the device.

    `hidden` is `model.hidden`, perhaps compiled. `stays_here(True)` is the context of a micro-batch
    whose gradients need not cross devices yet. The result is the same, up to the order of
    summation, however the windows are cut into micro-batches of `run.micro_batch_size`.
    """
    hidden = hidden or model.hidden
    device = windows.tokens_BT.device
    micro_batches = windows.tokens_BT.split(run.micro_batch_size)
    counted, shares = counted_targets(windows, run.micro_batch_size, mean_over_devices)
    total = torch.zeros((), device=device)
    for i, tokens_BT in enumerate(micro_batches):
        seed_dropout(run.seed, step, i, rank, device)
        inputs_BT, targets_BT = tokens_BT[:, :-1], tokens_BT[:, 1:]
        starts_BT = inputs_BT == end_of_story if run.document_masking else None
        waits = i + 1 < len(micro_batches)
        with stays_here(waits) if stays_here else contextlib.nullcontext():
            x_BTD = hidden(inputs_BT, starts_BT=starts_BT)
            loss = mean_nats(
                x_BTD,
                model.unembed_VD,
                targets_BT,
                softcap=model.config.logit_softcap,
                counted_BT=counted[i],
            )
            # The mean over the whole step, however many micro-batches it is cut into.
            loss = loss * shares[i]
            backward(loss)
        total += loss.detach()
    return total


def counted_targets(
    windows: Windows, micro_batch_size: int, mean_over_devices: Callable[[Tensor], Tensor]
) -> tuple[Sequence[Tensor | None], Sequence[float | Tensor]]:
    """For each micro-batch: which targets count, and its share of the step's counted targets.

    The share is of the mean over devices, since their gradients are averaged.
    """
    sizes = [len(part) for part in windows.tokens_BT.split(micro_batch_size)]
    if windows.counted_BT is None:
        return [None] * len(sizes), [size / sum(sizes) for size in sizes]
    counted = windows.counted_BT[:, 1:].split(micro_batch_size)
    sums = torch.stack([part.sum() for part in counted]).float()
    return counted, list(sums / mean_over_devices(sums.sum()).clamp(min=1))


Learning = nn.Module | Sequence[nn.Parameter]
"""What learns: a model, or a list of its parameters, which spares a walk through its modules."""


def gradient_norm(learning: Learning) -> Tensor:
    """The norm of the whole gradient, as `clip_gradients` takes it; `whole` makes it a number."""
    return nn.utils.get_total_norm([p.grad for p in parameters(learning) if p.grad is not None])


def clip_gradients(learning: Learning, norm: Tensor, most: float) -> None:
    """Scale the gradient, whose norm is known, down to a norm of `most`; 0 leaves it as it is."""
    nn.utils.clip_grads_with_norm_(parameters(learning), most or math.inf, norm)


def parameters(learning: Learning) -> Iterable[nn.Parameter]:
    return learning.parameters() if isinstance(learning, nn.Module) else learning


def without_probe(optimizer: Optimizer, device: torch.device) -> Optimizer:
    """The same optimizer, but on a CPU it does not look for a GPU at each step.

    Adam asks whether a CUDA graph is being captured; where torch was built for GPUs and the machine
    has none, that searches the disk for a driver and takes 0.3 ms.
    """
    if device.type == "cpu":
        for name in ("_accelerator_graph_capture_health_check", "_cuda_graph_capture_health_check"):
            if hasattr(optimizer, name):
                setattr(optimizer, name, lambda: None)
    return optimizer


def whole(tensor: Tensor) -> Tensor:
    """A tensor with all its parts where they are dealt out to devices; all of these take part."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def seed_dropout(seed: int, step: int, micro_batch: int, rank: int, device: torch.device) -> None:
    """Make dropout a function of where we are, so that no random state has to be saved."""
    state = np.random.SeedSequence((seed, step, micro_batch, rank)).generate_state(1, np.uint64)
    value = int(state[0]) >> 1
    torch.default_generator.manual_seed(value)  # torch.manual_seed takes eighty times longer
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(value)
    elif device.type == "mps":
        torch.mps.manual_seed(value)
