"""Guessing ahead changes the time that a story takes, and nothing of what may come out."""

import types

import pytest
import torch
from test_engine import Bytes, chi_squared, ids, run_of
from test_generation import PROMPTS
from test_transformer import STYLES

from storylm.generation import Engine, Request, generate
from storylm.generation.requests import Ticket
from storylm.generation.samplers import keep_likely, repel
from storylm.generation.story import Story

DIALS = [{}, {"temperature": 0.7, "top_k": 4}, {"top_p": 0.9, "repetition_penalty": 1.6}]


def drafter_of(style: str, **dials: object) -> types.SimpleNamespace:
    """A smaller model, whose guesses are nearly the target's: some are kept and some are not."""
    drafter = run_of(style, n_layers=2, **dials)
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in drafter.model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return drafter


@pytest.mark.parametrize("style", STYLES)
def test_the_likeliest_story_is_the_same_with_a_drafter(style):
    run, drafter = run_of(style), drafter_of(style)
    asked = [Request(tuple(prompt), temperature=0) for prompt in PROMPTS]
    expected = generate(run.model, PROMPTS, ends={0}, temperature=0)
    for guesses in (1, 3, 8):
        engine = Engine(run, slots=3, drafter=drafter, guesses=guesses)
        assert list(map(ids, engine.tell_all(asked))) == expected
    # Who guesses as the target would is always believed.
    engine = Engine(run, drafter=run, guesses=3)
    assert list(map(ids, engine.tell_all(asked))) == expected
    assert engine.speculation.accepted == engine.speculation.proposed


@pytest.mark.parametrize("dials", DIALS, ids=str)
def test_stories_with_a_drafter_are_distributed_as_without(dials):
    """Exactly: each pair of first two tokens as often as the target's own distribution says."""
    V, n = 7, 2_000
    run, drafter = (make("llama", vocab_size=V) for make in (run_of, drafter_of))
    for one in (run, drafter):
        one.model.unembed.weight.data.mul_(0.5)
        one.tokenizer.ends = set()
    prompt = (1, 4)
    asked = [Request(prompt, story=k, max_tokens=2, **dials) for k in range(n)]
    engine = Engine(run, slots=n, drafter=drafter, guesses=2)
    tickets = [Ticket(request) for request in asked]
    engine.stories = [Story(ticket, run.tokenizer, 24) for ticket in tickets]
    for decoder in (engine.decoder, engine.speculation.drafter):
        decoder.read([[1]] * n, [0] * n)  # all prompts at once, but for the newest token
    for story in engine.stories:
        story.length = 1
    while engine.step():
        pass
    drawn = torch.tensor([a * V + b for a, b in map(ids, tickets)])
    with torch.no_grad():
        first_V = likely(run.model, prompt, dials)
        second_VV = torch.stack([likely(run.model, (*prompt, a), dials) for a in range(V)])
    assert chi_squared(drawn, (first_V[:, None] * second_VV).flatten()) < 95  # 48 degrees: 1e-4
    share = engine.speculation.accepted / engine.speculation.proposed
    assert 0.2 < share < 0.99  # else this has tested one half only


def likely(model: torch.nn.Module, given: tuple[int, ...], dials: dict[str, float]) -> torch.Tensor:
    logits_V = repel(model(torch.tensor([given]))[0, -1], given, dials.get("repetition_penalty", 1))
    samplers = {name: dials[name] for name in ("top_k", "top_p") if name in dials}
    bent_1V = keep_likely(logits_V[None], dials.get("temperature", 1.0), **samplers)
    return bent_1V[0].double().softmax(-1)


def test_a_story_with_a_drafter_is_the_same_in_any_batch():
    run, drafter = run_of("llama"), drafter_of("llama")
    asked = [Request(tuple(p), story=k, temperature=1.2) for k, p in enumerate(PROMPTS)]
    together = Engine(run, slots=4, drafter=drafter).tell_all(asked)
    alone = [Engine(run, slots=1, drafter=drafter).tell_all([one])[0] for one in asked]
    assert list(map(ids, together)) == list(map(ids, alone))
    assert all(len(p) + len(t) <= 25 for p, t in zip(PROMPTS, together, strict=True))


def test_log_probabilities_are_the_targets():
    run, drafter = run_of("swift"), drafter_of("swift")
    request = Request((0, 5), temperature=1.2, logprobs=0)
    (pieces,) = Engine(run, drafter=drafter).tell_all([request])
    whole = torch.tensor([[*request.prompt_ids, *ids(pieces)]])[:, :-1]
    with torch.no_grad():
        logp_TV = run.model(whole)[0, 1:].log_softmax(-1)
    for piece, logp_V in zip(pieces, logp_TV, strict=True):
        assert piece.logprob == pytest.approx(logp_V[piece.token].item(), abs=1e-4)


def test_a_drafter_that_does_not_fit_is_refused():
    run, drafter = run_of("llama"), run_of("llama")
    drafter.tokenizer = Bytes()
    drafter.tokenizer.fingerprint = "b" * 64
    with pytest.raises(ValueError, match="the drafter's tokenizer is bbbbbbbbbbbb"):
        Engine(run, drafter=drafter)
    with pytest.raises(ValueError, match="the drafter sees 12 tokens, the run 24"):
        Engine(run, drafter=run_of("llama", context_length=12))
    with pytest.raises(ValueError, match="slide and a drafter"):
        Engine(run, drafter=run).submit(Request((0,), slide=True))
