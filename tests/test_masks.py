"""Stories that share a row: none sees another, and each is read as if it stood alone."""

import pytest
import torch
from test_transformer import build, some_ids

from storylm.model import masks

STARTS = [0, 6, 7, 15]
"""Where the stories of a row of 24 tokens begin; one of them is a single token."""


def starts_of(ids, starts=STARTS):
    starts_BT = torch.zeros(ids.shape, dtype=torch.bool)
    starts_BT[:, starts] = True
    return starts_BT


@pytest.fixture(params=["gpt2", "gpt_neo", "llama", "tied", "swift"])
def model(request):
    return build(request.param)


@torch.no_grad()
def test_changing_one_story_leaves_the_others_bit_for_bit(model):
    ids = some_ids()
    before = model.hidden(ids, starts_BT=starts_of(ids))
    for story, start in enumerate(STARTS):
        end = [*STARTS, 24][story + 1]
        other = ids.clone()
        other[:, start:end] = (other[:, start:end] + 5) % 97
        after = model.hidden(other, starts_BT=starts_of(ids))
        assert torch.equal(before[:, :start], after[:, :start])
        assert torch.equal(before[:, end:], after[:, end:])
        assert not torch.equal(before[:, start:end], after[:, start:end])


@torch.no_grad()
def test_each_story_is_read_as_if_it_stood_alone(model):
    ids = some_ids()
    together = model.hidden(ids, starts_BT=starts_of(ids))
    for start, end in zip(STARTS, [*STARTS[1:], 24], strict=True):
        alone = model.hidden(ids[:, start:end])
        torch.testing.assert_close(together[:, start:end], alone, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_a_row_may_begin_in_the_middle_of_a_story(model):
    ids = some_ids()
    starts_BT = starts_of(ids, [9])
    torch.testing.assert_close(
        model.hidden(ids, starts_BT=starts_BT)[:, :9],
        model.hidden(ids[:, :9]),
        rtol=1e-4,
        atol=1e-4,
    )


def test_rows_have_stories_of_their_own():
    starts_BT = torch.tensor([[True, False, True, False], [False, False, False, True]])
    assert masks.positions_in_stories(starts_BT).tolist() == [[0, 1, 0, 1], [0, 1, 2, 0]]
    mask = masks.story_mask(starts_BT, window=2)[:, 0]
    assert mask.int().tolist() == [
        [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]],
        [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]],
    ]


@torch.no_grad()
@pytest.mark.filterwarnings("ignore:flex_attention called without")
@pytest.mark.parametrize("style", ["gpt_neo", "llama"])
def test_blocks_of_flex_attention_mean_the_same_mask(style, monkeypatch):
    """What runs on CUDA, here uncompiled on the CPU."""
    model, ids = build(style), some_ids()
    starts_BT = starts_of(ids)
    expected = model.hidden(ids, starts_BT=starts_BT)
    monkeypatch.setattr(
        "storylm.model.transformer.story_mask",
        lambda starts_BT, window: masks.block_mask(starts_BT.cumsum(1), window),
    )
    torch.testing.assert_close(
        model.hidden(ids, starts_BT=starts_BT), expected, rtol=1e-4, atol=1e-4
    )
