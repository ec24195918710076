"""Beam search finds the likeliest stories: exactly, where it has as many beams as there are."""

import itertools

import pytest
import torch
from test_transformer import STYLES, build

from storylm.generation import generate
from storylm.generation.beam import search

V, K = 5, 3
"""Ids, and tokens of a continuation: few enough to try all."""


def every_story(model, prompt, ends):
    """All continuations of up to K tokens and their log-probabilities, one forward each."""
    told = {}
    for ids in itertools.product(range(V), repeat=K):
        end = next((i + 1 for i, token in enumerate(ids) if token in ends), K)
        if ids[:end] in told:
            continue
        whole = torch.tensor([[*prompt, *ids[:end]]])
        logp_TV = model(whole[:, :-1])[0].double().log_softmax(-1)[len(prompt) - 1 :]
        told[ids[:end]] = logp_TV.gather(1, torch.tensor(ids[:end])[:, None]).sum().item()
    return told


@torch.no_grad()
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_with_as_many_beams_as_stories_the_best_of_all_are_found(style, length_penalty):
    model = build(style, vocab_size=V)
    for ends in (set(), {2}, {0, 3}):
        told = every_story(model, [1, 4], ends)
        ranked = sorted(told, key=lambda ids: -told[ids] / len(ids) ** length_penalty)
        dials = {"max_tokens": K, "ends": ends, "length_penalty": length_penalty}
        found = search(model, [1, 4], beams=V**K, **dials)
        assert [beam.ids for beam in found] == ranked
        for beam in found:
            assert beam.logprob == pytest.approx(told[beam.ids], abs=1e-4)
        few = search(model, [1, 4], beams=3, **dials)
        assert few[0].score(length_penalty) <= found[0].score(length_penalty) + 1e-4


@pytest.mark.parametrize("style", STYLES)
def test_one_beam_is_the_likeliest_token_each_time(style):
    model = build(style)
    (only,) = search(model, [0, 5, 9], beams=1)
    assert [list(only.ids)] == generate(model, [[0, 5, 9]], temperature=0)


def test_more_beams_never_find_worse_here():
    model = build("llama")
    scores = [search(model, [0, 5], beams=n, max_tokens=8)[0].score(1.0) for n in (1, 4, 16, 64)]
    assert scores == sorted(scores)


def test_a_prompt_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="shorten it by 1"):
        search(build("llama"), [0] * 25, beams=2)
    assert len(search(build("llama"), [0] * 24, beams=2)[0].ids) == 1
