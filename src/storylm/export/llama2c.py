"""llama2.c: a model in one flat `model.bin`, its vocabulary in `tokenizer.bin`.

Three layouts are read: legacy (seven integers, then fp32), version 1 (a header of 256 bytes, then
fp32) and version 2 (weights as int8 in groups that share a scale). Legacy is written, as `run`
reads it. There, RoPE turns the pairs (2k, 2k+1) of a head; here, (k, k+K/2): the same rotation of
reordered rows of query and key.
"""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from storylm.checkpoint import Run
from storylm.config import MLP, ModelConfig, Norm, Position, RopeScaling
from storylm.export.importing import Imported
from storylm.export.llama2c_tokenizer import (
    find_tokenizer,
    order_of_ids,
    read_tokenizer,
    to_bytes,
)

MAGIC, HEADER_BYTES, LEGACY_HEADER_BYTES = 0x616B3432, 256, 28
FIELDS = ("dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len")
PICKLE = re.compile(rb"PK\x03\x04|\x80[\x02-\x05](?!\x00\x00)", re.DOTALL)
"""How files of torch.save begin; 80 02 00 00 is a width of 640."""
TABLES = ["cosines", "sines"]
"""RoPE's, which old versions of `run` read; new ones pass over them."""


def import_model(path: Path, tokenizer: str = "") -> Imported:
    """The model in a .bin file, with the vocabulary in `tokenizer`, or in the `tokenizer.bin` or
    the only `tok*.bin` beside it.

    Raises FileNotFoundError, and ValueError in one line for a file that is not whole or is none of
    llama2.c's.
    """
    config, weights = read_model(Path(path))
    file = Path(tokenizer).expanduser() if tokenizer else find_tokenizer(path)
    return Imported(config, weights, read_tokenizer(file, config.vocab_size))


def check(run: Run) -> None:
    """Refuse what `run` would compute otherwise: its formulas are fixed in C."""
    model = run.config.model
    windows = [model.window(layer) for layer in range(model.n_layers)]
    reach = [w for w in windows if 0 < w < model.context_length]
    fixed = [
        ("norm", model.norm, Norm.rmsnorm),
        ("norm_eps", model.norm_eps, 1e-5),
        ("norm_weights", model.norm_weights, True),
        ("norm_embedding", model.norm_embedding, False),
        ("embedding_residual", model.embedding_residual, False),
        ("value_residual", model.value_residual, False),
        ("qk_norm", model.qk_norm, False),
        ("position", model.position, Position.rope),
        ("rope_theta", model.rope_theta, 10_000.0),
        ("rope_scaling", model.rope_scaling, RopeScaling.none),
        ("mlp", model.mlp, MLP.swiglu),
        ("bias", model.bias, False),
        ("qkv_bias", model.qkv_bias, False),
        ("scale_attention", model.scale_attention, True),
        ("windows", model.windows if reach else [0], [0]),
        ("logit_softcap", model.logit_softcap, 0.0),
    ]
    for dial, value, only in fixed:
        if value != only:
            value, only = (getattr(v, "value", v) for v in (value, only))
            raise ValueError(
                f"format=llama2c cannot express model.{dial}={value}: llama2.c computes with "
                f"{only} alone; the nearest style that it can run is model=llama"
            )
    to_bytes(run.tokenizer)  # refuses a vocabulary that tokenizer.bin cannot hold


def export(run: Run, folder: Path) -> None:
    """Write `model.bin`, in the legacy layout, and `tokenizer.bin`."""
    config, weights = run.config.model, dict(run.model.state_dict())
    order = torch.tensor(order_of_ids(run.tokenizer))
    for name in {"embed.weight", "unembed.weight"} & weights.keys():
        weights[name] = weights[name][order]
    weights |= dict(zip(TABLES, rotation_tables(config)))
    sizes = (config.d_model, config.d_ff, config.n_layers, config.n_heads, config.n_kv_heads)
    vocab_size = config.vocab_size if config.tie_embeddings else -config.vocab_size
    with (folder / "model.bin").open("wb") as file:
        file.write(struct.pack("<7i", *sizes, vocab_size, config.context_length))
        for kind, _ in layout(config, version=0):
            for name in names_of(kind, config):
                tensor = weights[name].float()
                if is_turned(kind):
                    tensor = from_halves(tensor, config.head_dim)
                file.write(tensor.contiguous().numpy().astype("<f4").tobytes())
    (folder / "tokenizer.bin").write_bytes(to_bytes(run.tokenizer))


def how_to_use(folder: Path) -> list[str]:
    return [
        f"  ./run {folder / 'model.bin'} -z {folder / 'tokenizer.bin'} -t 0",
        "  (run cuts a prompt -i in its own way, after a blank: what a vocabulary that was trained "
        "here tells from one may differ)",
    ]


# ------------------------------------------------------------------------------------------ reading


def read_model(path: Path) -> tuple[ModelConfig, dict[str, Tensor]]:
    """Config and fp32 weights by our names. Errors as `import_model`'s."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
        version, config, group = read_header(path, head)
        check_size(path, version, config, group)
        file.seek(HEADER_BYTES if version else LEGACY_HEADER_BYTES)
        weights = {}
        for kind, shape in layout(config, version):
            for name in names_of(kind, config):
                flat = read_floats(file, math.prod(shape), group if len(shape) == 2 else 0)
                tensor = torch.from_numpy(flat).view(shape)
                weights[name] = to_halves(tensor, config.head_dim) if is_turned(kind) else tensor
    for name in TABLES:
        weights.pop(name, None)
    return config, weights


def read_header(path: Path, head: bytes) -> tuple[int, ModelConfig, int]:
    """Version, config, and how many weights share a scale (0: they are fp32)."""
    if PICKLE.match(head):
        raise ValueError(f"{path} is a pickle, which may run code; give its safetensors folder")
    if len(head) < HEADER_BYTES:
        raise ValueError(f"{path} has {len(head)} bytes: no model of llama2.c is so small")
    version, shared, group, start = 0, 1, 0, 0
    if struct.unpack_from("<I", head)[0] == MAGIC:
        version, start = struct.unpack_from("<i", head, 4)[0], 8
        if version not in (1, 2):
            raise ValueError(f"{path} has llama2.c's version {version}; 0, 1 and 2 can be read")
        shared = head[36]
        group = struct.unpack_from("<i", head, 37)[0] if version == 2 else 0
    values = struct.unpack_from("<7i", head, start)
    dim, hidden, n_layers, n_heads, n_kv_heads, vocab_size, length = values
    if version == 0:
        shared, vocab_size = int(vocab_size > 0), abs(vocab_size)
    sound = min(dim, hidden, n_layers, n_heads, n_kv_heads, vocab_size, length) > 0
    sound = sound and dim % (2 * n_heads) == 0 and n_heads % n_kv_heads == 0 and shared in (0, 1)
    if not sound or (version == 2 and group <= 0):
        said = ", ".join(f"{name}={value}" for name, value in zip(FIELDS, values))
        raise ValueError(f"{path} is no model of llama2.c: its header says {said}")
    config = ModelConfig(
        style="llama",
        size="imported",
        vocab_size=vocab_size,
        context_length=length,
        n_layers=n_layers,
        d_model=dim,
        head_dim=dim // n_heads,
        queries_per_kv=n_heads // n_kv_heads,
        mlp_ratio=hidden / dim,
        d_ff_multiple=1,
        norm_eps=1e-5,
        rope_theta=10_000.0,
        tie_embeddings=bool(shared),
    )
    assert config.d_ff == hidden
    return version, config, group


def check_size(path: Path, version: int, config: ModelConfig, group: int) -> None:
    """A file of exactly the bytes that its header promises, before anything is read from it."""
    wanted = HEADER_BYTES if version else LEGACY_HEADER_BYTES
    for kind, shape in layout(config, version):
        times, count = config.n_layers if is_layers(kind) else 1, math.prod(shape)
        if group and len(shape) == 2:
            if count % group:
                raise ValueError(
                    f"{path} is no model of llama2.c: its header says groups of {group}, but "
                    f"{kind} has {count} weights"
                )
            wanted += times * (count + 4 * count // group)
        else:
            wanted += times * 4 * count
    if (size := path.stat().st_size) != wanted:
        fault = "it was cut short" if size < wanted else "something follows it"
        raise ValueError(
            f"{path} has {size:,} bytes, but a model of the sizes in its header has {wanted:,}: "
            f"{fault}, or it is no model of llama2.c"
        )


def read_floats(file: BinaryIO, count: int, group: int) -> np.ndarray:
    """The next weights as fp32; groups of int8 times the scale that each group has."""
    if not group:
        return np.fromfile(file, dtype="<f4", count=count).astype(np.float32, copy=False)
    steps = np.fromfile(file, dtype=np.int8, count=count).reshape(-1, group)
    scales = np.fromfile(file, dtype="<f4", count=count // group)
    return (steps * scales[:, None]).astype(np.float32, copy=False).ravel()


# ------------------------------------------------------------------------------------------- layout


def layout(config: ModelConfig, version: int) -> list[tuple[str, tuple[int, ...]]]:
    """Our names and shapes of the tensors in the order of the file; {} is each layer in turn."""
    D, F, V, T = config.d_model, config.d_ff, config.vocab_size, config.context_length
    K, kv = config.head_dim, config.n_kv_heads * config.head_dim
    embed, unembed = ("embed.weight", (V, D)), ("unembed.weight", (V, D))
    attention_norm = ("blocks.{}.attention_norm.weight", (D,))
    mlp_norm, norm = ("blocks.{}.mlp_norm.weight", (D,)), ("norm.weight", (D,))
    attention = [("query", (D, D)), ("key", (kv, D)), ("value", (kv, D)), ("out", (D, D))]
    attention = [(f"blocks.{{}}.attention.{part}.weight", shape) for part, shape in attention]
    mlp = [("gate", (F, D)), ("down", (D, F)), ("up", (F, D))]
    mlp = [(f"blocks.{{}}.mlp.{part}.weight", shape) for part, shape in mlp]
    last = [] if config.tie_embeddings else [unembed]
    if version:
        return [attention_norm, mlp_norm, norm, embed, *attention, *mlp, *last]
    tables = [(name, (T * K // 2,)) for name in TABLES]
    return [embed, attention_norm, *attention, mlp_norm, *mlp, norm, *tables, *last]


def is_layers(kind: str) -> bool:
    return "{}" in kind


def names_of(kind: str, config: ModelConfig) -> list[str]:
    return [kind.format(n) for n in range(config.n_layers)] if is_layers(kind) else [kind]


def is_turned(kind: str) -> bool:
    """Whether RoPE turns what these rows make."""
    return kind.endswith(("query.weight", "key.weight"))


def to_halves(rows: Tensor, head_dim: int) -> Tensor:
    """Rows of a head from the order 0 1 | 2 3 | … of their pairs to 0 2 … | 1 3 …, as here."""
    return rows.unflatten(0, (-1, head_dim // 2, 2)).transpose(1, 2).flatten(0, 2).contiguous()


def from_halves(rows: Tensor, head_dim: int) -> Tensor:
    return rows.unflatten(0, (-1, 2, head_dim // 2)).transpose(1, 2).flatten(0, 2).contiguous()


def rotation_tables(config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Cosines and sines of each position's angles, in the arithmetic of llama2.c's own training."""
    exponent = torch.arange(0, config.head_dim, 2).float() / config.head_dim
    angles = torch.outer(torch.arange(config.context_length), 1.0 / (10_000.0**exponent)).float()
    return angles.cos(), angles.sin()
