"""One contender's training step, timed in a process of its own.

`python -m storylm.benchmark.steps` is what the race of training steps starts. Everybody gets the
same windows of ids, the same device, threads and precision (bf16 by autocast), AdamW, and gradients
clipped to a norm of 1. Others' code is imported where it lies, and steps in the order of its own
training loop.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import math
import statistics
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from storylm.benchmark.race import answer_with
from storylm.config import ModelConfig, from_plain

WARM_UP = 3
"""Steps before the clock is read: compilation, and memory that comes to rest."""
RATE, BETAS, DECAY, CLIP = 1e-3, (0.9, 0.95), 0.1, 1.0
Step = Callable[[Tensor], Tensor]
"""Takes windows, tokens_BT of context_length + 1 ids; steps; returns the loss."""


def time_steps(request: dict[str, Any]) -> dict[str, Any]:
    """Median seconds of a step; MiB just before the first step, and the peak above that."""
    name = request["contender"]
    if name.startswith("storylm"):
        from storylm.memory import steady_memory

        steady_memory()  # as every script of ours does at its start
    from storylm.training.machine import Memory

    torch.set_num_threads(request["threads"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    shape = from_plain(ModelConfig, request["shape"])
    batches = draw_windows(request, shape, device)
    torch.manual_seed(request["seed"])
    model, step = BUILDERS[name.split()[0]](shape, request, device)
    memory = Memory(device)
    memory.begin()
    seconds, losses = [], []
    for tokens_BT in batches:
        began = time.perf_counter()
        loss = step(tokens_BT)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - began)
        losses.append(float(loss))
    check_loss(losses[0], shape.vocab_size)
    return {
        "seconds": statistics.median(seconds[WARM_UP:]),
        "first_seconds": seconds[0],
        "level_mib": memory.before / 2**20,
        "peak_mib": max(0, memory.peak() - memory.before) / 2**20,
        "parameters": sum(p.numel() for p in model.parameters()),
        "first_loss": losses[0],
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "torch": torch.__version__,
    }


def draw_windows(request: dict[str, Any], shape: ModelConfig, device: torch.device) -> Tensor:
    """Windows for every step, the same for everybody."""
    generator = torch.Generator().manual_seed(request["seed"])
    sizes = (WARM_UP + request["steps"], request["batch_size"], shape.context_length + 1)
    return torch.randint(shape.vocab_size, sizes, generator=generator).to(device)


def check_loss(loss: float, vocab_size: int) -> None:
    """An untrained model knows nothing: another loss means that it is not the same work."""
    if not abs(loss - math.log(vocab_size)) < 1:
        raise ValueError(f"its first loss is {loss:.3f}, and not near {math.log(vocab_size):.3f}")


# ------------------------------------------------------------------------------------- contenders


def build_storylm(
    shape: ModelConfig, request: dict[str, Any], device: torch.device
) -> tuple[nn.Module, Step]:
    """Our step in plain PyTorch, as PretrainModule makes it."""
    from storylm.config import OptimConfig, RunConfig
    from storylm.model.transformer import Transformer
    from storylm.optim.build import build_optimizer
    from storylm.training.measure import Windows
    from storylm.training.step import accumulate_gradients, clip_gradients, gradient_norm

    model = Transformer(shape).to(device)
    hidden = model.hidden if is_eager(request) else torch.compile(model.hidden)
    optim = OptimConfig(learning_rate=RATE, clip=CLIP, weight_decay=DECAY)
    optimizer = build_optimizer(model, optim)
    size = request["batch_size"]
    run = RunConfig(micro_batch_size=size, tokens_per_step=size * shape.context_length)

    def step(tokens_BT: Tensor) -> Tensor:
        with autocast(device):
            windows = Windows(tokens_BT, None)
            loss = accumulate_gradients(model, windows, run, end_of_story=0, step=0, hidden=hidden)
            clip_gradients(model, gradient_norm(model), optim.clip)
            optimizer.step()
            optimizer.zero_grad()
        return loss

    return model, step


def build_nanogpt(
    shape: ModelConfig, request: dict[str, Any], device: torch.device
) -> tuple[nn.Module, Step]:
    """Its model and its optimizer, in the order of its train.py."""
    theirs = load_file("nanogpt_model", Path(request["folder"]) / "model.py")
    model = theirs.GPT(
        theirs.GPTConfig(
            block_size=shape.context_length,
            vocab_size=shape.vocab_size,
            n_layer=shape.n_layers,
            n_head=shape.n_heads,
            n_embd=shape.d_model,
        )
    ).to(device)
    optimizer = model.configure_optimizers(DECAY, RATE, BETAS, device.type)
    forward = model if is_eager(request) else torch.compile(model)

    def nats(inputs_BT: Tensor, targets_BT: Tensor) -> Tensor:
        return forward(inputs_BT, targets_BT)[1]

    return model, usual_step(model, nats, optimizer, device)


def build_tiny_lm(
    shape: ModelConfig, request: dict[str, Any], device: torch.device
) -> tuple[nn.Module, Step]:
    """Its GPT-2, its LightningModule's loss and optimizer, without Lightning's loop; as its
    scripts/training/train_gpt2.py makes them, but without dropout."""
    sys.path.insert(0, request["folder"])
    gpt2 = importlib.import_module("tiny_lm.model.architectures.gpt2")
    training = importlib.import_module("tiny_lm.training")
    model = gpt2.GPT2(
        vocab_size=shape.vocab_size,
        d_model=shape.d_model,
        n_layers=shape.n_layers,
        n_heads=shape.n_heads,
        d_ff=shape.d_ff,
        context_length=shape.context_length,
        **dict.fromkeys(("emb_dropout", "attn_dropout", "resid_dropout", "ffn_dropout"), 0.0),
    ).to(device)
    config = training.TrainingConfig(
        learning_rate=RATE, weight_decay=DECAY, betas=BETAS, eps=1e-8, ignore_index=-100,
        precision="bf16-mixed", accumulate_grad_batches=1, grad_clip_norm=CLIP, scheduler="none",
        warmup_ratio=0.0, max_steps=1, min_lr=RATE, save_every_n_steps=1, val_every_n_steps=1,
        system_metrics_every_n_steps=1,
    )  # fmt: skip
    module = training.CausalLMModule(model=model, config=config)

    def nats(inputs_BT: Tensor, targets_BT: Tensor) -> Tensor:
        return module._common_step((inputs_BT, targets_BT.contiguous()))

    return model, usual_step(model, nats, module.configure_optimizers(), device)


def build_litgpt(
    shape: ModelConfig, request: dict[str, Any], device: torch.device
) -> tuple[nn.Module, Step]:
    """Its GPT in the nearest config that it has, compiled and tied as its pretrain.py does it."""
    stand_in("litgpt", Path(request["folder"]) / "litgpt")  # its __init__ imports far more
    for package in ("psutil", "jsonargparse"):  # which no step uses
        if importlib.util.find_spec(package) is None:
            stand_in(package)
    config = importlib.import_module("litgpt.config")
    theirs = importlib.import_module("litgpt.model")
    loss_of = importlib.import_module("litgpt.utils").chunked_cross_entropy
    model = theirs.GPT(
        config.Config(
            name="gpt2",
            block_size=shape.context_length,
            n_layer=shape.n_layers,
            n_head=shape.n_heads,
            n_embd=shape.d_model,
            vocab_size=shape.vocab_size,
            padded_vocab_size=shape.vocab_size,
            parallel_residual=False,
            gelu_approximate="tanh",
        )
    )
    model.apply(model._init_weights)
    model.transformer.wte.weight = model.lm_head.weight
    model.to(device)
    forward = torch.compile(model)
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=RATE,
        betas=BETAS,
        weight_decay=DECAY,
        fused=device.type == "cuda",
    )

    def nats(inputs_BT: Tensor, targets_BT: Tensor) -> Tensor:
        return loss_of(forward(inputs_BT.contiguous()), targets_BT.contiguous())

    return model, usual_step(model, nats, optimizer, device)


def build_transformers(
    shape: ModelConfig, request: dict[str, Any], device: torch.device
) -> tuple[nn.Module, Step]:
    """GPT2LMHeadModel with the optimizer that its Trainer takes by default."""
    from transformers import GPT2Config, GPT2LMHeadModel

    zero = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=shape.vocab_size,
            n_positions=shape.context_length,
            n_embd=shape.d_model,
            n_layer=shape.n_layers,
            n_head=shape.n_heads,
            use_cache=False,
            bos_token_id=0,
            eos_token_id=0,
            **zero,
        )
    ).to(device)
    model.train()
    compiled = request["contender"].endswith("compiled")
    forward = torch.compile(model) if compiled else model
    fused = torch.optim.AdamW(
        model.parameters(), lr=RATE, betas=BETAS, weight_decay=DECAY, fused=True
    )

    def nats(inputs_BT: Tensor, targets_BT: Tensor) -> Tensor:
        logits_BTV = forward(inputs_BT).logits
        return cross_entropy(logits_BTV.float().flatten(0, 1), targets_BT.flatten())

    return model, usual_step(model, nats, fused, device)


BUILDERS = {
    "storylm": build_storylm,
    "nanoGPT": build_nanogpt,
    "tiny-lm": build_tiny_lm,
    "litgpt": build_litgpt,
    "transformers": build_transformers,
}


def usual_step(
    model: nn.Module,
    nats: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> Step:
    """The loss under autocast; backward, clip, step and zeroing outside of it."""

    def step(tokens_BT: Tensor) -> Tensor:
        inputs_BT, targets_BT = tokens_BT[:, :-1].contiguous(), tokens_BT[:, 1:].contiguous()
        with autocast(device):
            loss = nats(inputs_BT, targets_BT)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.detach()

    return step


def autocast(device: torch.device) -> contextlib.AbstractContextManager:
    return torch.autocast(device.type, torch.bfloat16)


def is_eager(request: dict[str, Any]) -> bool:
    return request["contender"].endswith("eager")


def load_file(name: str, path: Path) -> types.ModuleType:
    """A file of somebody else's as a module."""
    if not path.is_file():
        raise ImportError(f"there is no {path}")
    spec = importlib.util.spec_from_file_location(name, path)
    sys.modules[name] = loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def stand_in(name: str, folder: Path | None = None) -> None:
    """An empty package of this name; with a folder, its modules can be imported from there."""
    package = types.ModuleType(name)
    package.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=folder is not None)
    if folder is not None:
        package.__path__ = [str(folder)]
    sys.modules[name] = package


if __name__ == "__main__":
    answer_with(time_steps)
