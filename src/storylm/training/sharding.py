"""Weights, gradients and optimizer state dealt out to devices (FSDP2): each holds a part of all.

A block's weights are gathered when it is needed and let go after. So a model of any size trains
where its parts fit together.
"""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method
from torch.optim import Optimizer

from storylm.model.transformer import Transformer


def deal_out(model: Transformer, mesh: DeviceMesh) -> None:
    """Deal a model out to the devices of a one-dimensional mesh, block by block, in its place."""
    for block in model.blocks:
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    register_fsdp_forward_method(model, "hidden")  # which training calls, not forward


def numbered(state: dict[str, Any], optimizer: Optimizer, module: nn.Module) -> dict[str, Any]:
    """An optimizer's state with its parameters numbered as the module lists them, not as the
    optimizer groups them: by these numbers Lightning deals it out to devices."""
    place = {id(p): i for i, p in enumerate(module.parameters())}
    grouped = [p for group in optimizer.param_groups for p in group["params"]]
    number = {old: place[id(p)] for old, p in enumerate(grouped)}
    return {
        "state": {number[old]: value for old, value in state["state"].items()},
        "param_groups": [
            group | {"params": [number[old] for old in group["params"]]}
            for group in state["param_groups"]
        ],
    }


def let_go(model: nn.Module) -> None:
    """Give back the weights that a forward pass has gathered and no backward pass gave back."""
    for part in model.modules():
        if isinstance(part, FSDPModule):
            part.reshard()
