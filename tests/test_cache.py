"""Decoding from the cache is the same as reading the whole text at once."""

import pytest
import torch
from test_transformer import STYLES, build, some_ids

from storylm.model.cache import KVCache


@pytest.fixture(params=STYLES)
def model(request):
    return build(request.param)


def same(a: torch.Tensor, b: torch.Tensor) -> None:
    torch.testing.assert_close(a, b, rtol=1e-4, atol=2e-5)


@torch.no_grad()
@pytest.mark.parametrize("pieces", [[1] * 24, [5, 1, 1, 7, 1, 9], [24], [23, 1]])
def test_decoding_with_cache_equals_one_forward(model, pieces):
    ids = some_ids()
    cache = KVCache(model.config, batch_size=3)
    parts = [model(piece, cache) for piece in ids.split(pieces, dim=1)]
    same(torch.cat(parts, dim=1), model(ids))
    assert cache.length == 24


@torch.no_grad()
def test_prompts_of_different_lengths_go_on_from_their_own_ends(model):
    ids, lengths = some_ids(), [9, 2, 5]
    expected = model(ids)
    prompts = ids[:, :9].clone()
    for row, length in enumerate(lengths):
        prompts[row, length:] = 96  # padding, of any value
    cache = KVCache(model.config, batch_size=3)
    logits = model(prompts, cache)
    for row, length in enumerate(lengths):
        same(logits[row, :length], expected[row, :length])
    cache.cut(lengths)
    for step, width in ((0, 1), (1, 1), (2, 3), (5, 1)):
        at = [length + step for length in lengths]
        fed = torch.stack([ids[row, t : t + width] for row, t in enumerate(at)])
        logits = model(fed, cache)
        for row, t in enumerate(at):
            same(logits[row], expected[row, t : t + width])


@torch.no_grad()
def test_selected_rows_go_on_alone(model):
    ids = some_ids()
    cache = KVCache(model.config, batch_size=3)
    model(ids[:, :10], cache)
    cache.cut([10, 7, 4])
    cache.select([2, 0])
    assert cache.lengths == [4, 10]
    logits = model(torch.stack([ids[2, 4:5], ids[0, 10:11]]), cache)
    expected = model(ids)
    same(logits[0, 0], expected[2, 4])
    same(logits[1, 0], expected[0, 10])


@torch.no_grad()
def test_a_cut_row_can_be_told_otherwise(model):
    ids, other = some_ids(), (some_ids() + 1) % 97
    other[:, :6] = ids[:, :6]
    cache = KVCache(model.config, batch_size=3)
    model(ids, cache)
    cache.cut([6, 6, 6])
    same(model(other[:, 6:], cache), model(other)[:, 6:])


@torch.no_grad()
def test_a_full_cache_says_so(model):
    cache = KVCache(model.config, batch_size=3)
    model(some_ids(), cache)
    with pytest.raises(ValueError, match=r"25 tokens.*context_length=24"):
        model(some_ids(length=1), cache)
    small = KVCache(model.config, batch_size=3, capacity=4)
    with pytest.raises(ValueError, match="holds 4 tokens, but 5"):
        model(some_ids(length=5), small)


@torch.no_grad()
def test_cache_holds_only_key_value_heads():
    model = build("llama")
    cache = KVCache(model.config, batch_size=3, capacity=7, dtype=torch.bfloat16)
    assert cache.keys_LBGSK.shape == cache.values_LBGSK.shape == (4, 3, 2, 7, 8)
    assert cache.keys_LBGSK.dtype == torch.bfloat16


@torch.no_grad()
def test_cache_works_under_autocast(model):
    ids = some_ids()
    cache = KVCache(model.config, batch_size=3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        expected = model(ids)
        model(ids[:, :20], cache)
        cache.cut([20, 19, 18])
        logits = model(torch.stack([ids[b, 20 - b : 21 - b] for b in range(3)]), cache)
    for b in range(3):
        error = logits[b, 0] - expected[b, 20 - b]
        assert error.norm() / expected[b, 20 - b].norm() < 0.05
