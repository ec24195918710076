"""Figures for the reader: surprise at each token, and where each head looked."""

import pytest
import torch
from test_engine import Bytes, ids, run_of
from test_transformer import STYLES, some_ids

from storylm.generation import Engine, Request, attention_of, score


@pytest.fixture(params=STYLES)
def run(request):
    return run_of(request.param)


def test_a_score_is_the_log_probability_of_each_token(run):
    given = some_ids(1)[0].tolist()
    pieces = score(run, given, 4)
    with torch.no_grad():
        logp_TV = run.model(torch.tensor([given]))[0].log_softmax(-1)
    assert [piece.token for piece in pieces] == given
    assert (pieces[0].logprob, pieces[0].alternatives) == (0.0, ())
    for t, piece in enumerate(pieces[1:]):
        assert piece.logprob == pytest.approx(logp_TV[t, given[t + 1]].item(), abs=1e-5)
        assert [id for id, _ in piece.alternatives] == logp_TV[t].topk(4).indices.tolist()


def test_a_story_scores_as_it_was_told():
    run = run_of("llama")
    request = Request((0, 5), logprobs=2, logit_bias={0: -99.0}, max_tokens=20)
    told = Engine(run).tell_all([request])[0]
    for one, other in zip(score(run, [0, 5, *ids(told)])[2:], told, strict=True):
        assert one.logprob == pytest.approx(other.logprob, abs=1e-4)
        assert one.text == other.text or other.finish


def test_the_weights_of_a_head_are_those_that_its_values_are_mixed_by(run):
    """Weights times values, of all heads, through the output matrix: what the layer returns."""
    given = some_ids(1)[0]
    config = run.model.config
    for layer in (0, 3):
        attention, seen = run.model.blocks[layer].attention, {}

        def keep(module, inputs, output, seen=seen):
            seen["values"], seen["found"] = output[1], output[0]

        hook = attention.register_forward_hook(keep)
        with torch.no_grad():
            run.model(given[None])
        hook.remove()
        weights = torch.tensor(
            [attention_of(run, given.tolist(), layer, head) for head in range(config.n_heads)]
        )
        assert (weights.triu(1) == 0).all()
        torch.testing.assert_close(weights.sum(-1), torch.ones(config.n_heads, 24))
        values = seen["values"][0].repeat_interleave(config.queries_per_kv, 0)
        with torch.no_grad():
            found = attention.out((weights @ values).transpose(0, 1).flatten(1))
        torch.testing.assert_close(found, seen["found"][0], rtol=0, atol=2e-5)


def test_what_is_not_there_is_refused():
    run = run_of("llama")
    with pytest.raises(ValueError, match="layer=4 is none; the model has 0 to 3"):
        attention_of(run, [0, 1], 4, 0)
    with pytest.raises(ValueError, match="head=-1 is none"):
        attention_of(run, [0, 1], 0, -1)
    with pytest.raises(ValueError, match="outside the vocabulary of 97"):
        score(run, [0, 97])
    with pytest.raises(ValueError, match="no tokens"):
        score(run, [])
    assert Bytes.ends == {0}
