"""A bound for the training step: its matrix products and nothing else, timed by themselves.

`python -m storylm.benchmark.products` is what the race of training steps starts. Every linear
layer's forward product and the gradients of its input and its weights, the unembedding's, and
attention's two products with their four gradients; in bf16, into memory that is there already,
attention in full (a kernel that skips the future does half of it).
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import torch
from torch import Tensor

from storylm.benchmark.race import answer_with
from storylm.config import MLP, ModelConfig, from_plain

WARM_UP = 3
Product = tuple[Tensor, Tensor, Tensor]
"""Left, right, and where the result goes."""


def time_products(request: dict[str, Any]) -> dict[str, Any]:
    """Median seconds that the products of a step take together."""
    torch.set_num_threads(request["threads"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    shape = from_plain(ModelConfig, request["shape"])
    products = list_products(shape, request["batch_size"], device)
    seconds = []
    for _ in range(WARM_UP + request["steps"]):
        began = time.perf_counter()
        for left, right, out in products:
            torch.matmul(left, right, out=out)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - began)
    flops = sum(2 * left.numel() * right.size(-1) for left, right, _ in products)
    return {"seconds": statistics.median(seconds[WARM_UP:]), "flops": flops}


def list_products(shape: ModelConfig, batch_size: int, device: torch.device) -> list[Product]:
    """The products of one step. Layers share their memory, which favours the bound."""
    tokens, D, F = batch_size * shape.context_length, shape.d_model, shape.d_ff
    width_kv = shape.n_kv_heads * shape.head_dim
    wide = [(D, F), (D, F), (F, D)] if shape.mlp is MLP.swiglu else [(D, F), (F, D)]
    layer = [(D, D), (D, width_kv), (D, width_kv), (D, D), *wide]
    products = []
    for inside, outside in layer:
        products += of_linear(tokens, inside, outside, device)
    heads = batch_size * shape.n_heads
    products += of_attention(heads, shape.context_length, shape.head_dim, device)
    products *= shape.n_layers
    return products + of_linear(tokens, D, shape.vocab_size, device)


def of_linear(tokens: int, inside: int, outside: int, device: torch.device) -> list[Product]:
    """y = x W', and the gradients of x and W."""
    x, y, y_grad = (draw(tokens, width, device=device) for width in (inside, outside, outside))
    weight, weight_grad = (draw(outside, inside, device=device) for _ in range(2))
    x_grad = torch.empty_like(x)
    return [(x, weight.T, y), (y_grad, weight, x_grad), (y_grad.T, x, weight_grad)]


def of_attention(heads: int, T: int, K: int, device: torch.device) -> list[Product]:
    """Scores q k', what is found p v, and the gradients of p, v, q and k."""
    q, k, v, y, y_grad, found = (draw(heads, T, K, device=device) for _ in range(6))
    p, p_grad = (draw(heads, T, T, device=device) for _ in range(2))
    return [
        (q, k.mT, p_grad),
        (p, v, y),
        (y_grad, v.mT, p_grad),
        (p.mT, y_grad, found),
        (p, k, found),
        (p.mT, q, found),
    ]


def draw(*sizes: int, device: torch.device) -> Tensor:
    return torch.randn(sizes, device=device).to(torch.bfloat16)


if __name__ == "__main__":
    answer_with(time_products)
