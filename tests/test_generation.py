"""Samplers follow their distributions; a story is the same alone, in a batch and as a stream."""

import math
from collections.abc import Iterable, Iterator

import pytest
import torch
from test_transformer import STYLES, build

from storylm.generation import (
    Diverged,
    generate,
    generate_steps,
    keep_likely,
    sample,
    story_generator,
    stream,
    tell,
)

PROMPTS = [[0, 5, 9, 11], [0], [0, 44, 45, 46, 47, 48, 49], [0, 5]]
LOGITS = torch.tensor([[0.5, 0.2, 0.15, 0.1, 0.05]]).log()


class Letters:
    """One id per character; id 0 ends a story."""

    end_of_story, ends, opening_blank = 0, {0}, 0

    def encode(self, text: str) -> list[int]:
        return [ord(letter) - 31 for letter in text]

    def decode(self, ids: list[int]) -> str:
        assert self.end_of_story not in ids
        return "".join(chr(token + 31) for token in ids)

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        for token in ids:
            yield self.decode([token])


class BlankFirst(Letters):
    """Puts a blank before a text, as LLaMA's tokenizer does, and has a second id that ends one."""

    ends, opening_blank = {0, 96}, 1

    def encode(self, text: str) -> list[int]:
        return super().encode(" " + text) if text else []


@pytest.fixture(params=STYLES)
def model(request):
    return build(request.param)


def kept(logits: torch.Tensor, temperature: float = 1.0, **dials: float) -> list[float]:
    return keep_likely(logits, temperature, **dials).softmax(-1)[0].tolist()


def test_without_samplers_the_models_own_distribution_is_drawn_from():
    assert kept(LOGITS) == pytest.approx([0.5, 0.2, 0.15, 0.1, 0.05])


def test_top_k_keeps_exactly_k_also_among_equals():
    assert kept(LOGITS, top_k=2) == pytest.approx([5 / 7, 2 / 7, 0, 0, 0])
    assert kept(LOGITS, top_k=5) == kept(LOGITS, top_k=99) == kept(LOGITS, top_k=0)
    assert sum(p > 0 for p in kept(torch.zeros(1, 5), top_k=3)) == 3


def test_top_p_keeps_the_fewest_tokens_that_reach_p():
    assert kept(LOGITS, top_p=0.49) == pytest.approx([1, 0, 0, 0, 0])
    assert kept(LOGITS, top_p=0.51) == pytest.approx([5 / 7, 2 / 7, 0, 0, 0])
    assert kept(LOGITS, top_p=0.69) == pytest.approx([5 / 7, 2 / 7, 0, 0, 0])
    assert kept(LOGITS, top_p=0.71) == pytest.approx([10 / 17, 4 / 17, 3 / 17, 0, 0])
    assert kept(LOGITS, top_p=1e-9) == pytest.approx([1, 0, 0, 0, 0])
    assert kept(LOGITS.flip(-1), top_p=0.6) == pytest.approx([0, 0, 0, 2 / 7, 5 / 7])


@pytest.mark.parametrize("spread", [0.01, 1.0, 4.0])
def test_top_p_is_that_of_a_whole_sort_however_many_reach_it(spread):
    logits = spread * torch.randn(3, 1_000, generator=torch.Generator().manual_seed(1))
    for top_p in (0.1, 0.5, 0.9, 0.999):
        p, index = logits.double().softmax(-1).sort(descending=True)
        wanted = torch.zeros_like(p).scatter(-1, index, p * (p.cumsum(-1) - p < top_p))
        got = keep_likely(logits, top_p=top_p).double().softmax(-1)
        torch.testing.assert_close(got, wanted / wanted.sum(-1, keepdim=True), rtol=1e-4, atol=1e-7)


def test_the_likeliest_token_stays_however_small_top_p_is():
    assert kept(LOGITS, top_p=5e-324).count(0) == len(kept(LOGITS)) - 1


def test_min_p_keeps_what_is_likely_enough_beside_the_likeliest():
    assert kept(LOGITS, min_p=0.19) == pytest.approx([0.5 / 0.95, 0.2 / 0.95, 3 / 19, 2 / 19, 0])
    assert kept(LOGITS, min_p=0.35) == pytest.approx([5 / 7, 2 / 7, 0, 0, 0])
    assert kept(LOGITS, min_p=0.99) == pytest.approx([1, 0, 0, 0, 0])


def test_temperature_comes_first_and_each_sampler_works_on_what_is_left():
    # At temperature 1/2 the probabilities are squared: .25 .04 .0225 .01 .0025, sum .325.
    assert kept(LOGITS, 0.5)[:2] == pytest.approx([0.25 / 0.325, 0.04 / 0.325])
    assert kept(LOGITS, 0.5, top_p=0.76) == pytest.approx([1, 0, 0, 0, 0])
    # Of the two that top_k leaves, the first holds 5/7 = .71 and the second is .4 of it.
    assert kept(LOGITS, top_k=2, top_p=0.7) == pytest.approx([1, 0, 0, 0, 0])
    assert kept(LOGITS, top_k=3, min_p=0.39) == pytest.approx([5 / 7, 2 / 7, 0, 0, 0])


def test_temperature_zero_takes_the_likeliest_and_tiny_ones_do_not_overflow():
    assert kept(LOGITS, 0) == [1, 0, 0, 0, 0]
    assert kept(1e4 * LOGITS, 1e-38) == [1, 0, 0, 0, 0]
    assert kept(LOGITS.flip(-1), 1e9) == pytest.approx([0.2] * 5)


def test_each_row_is_filtered_by_itself():
    rows = torch.cat([LOGITS, LOGITS.flip(-1), torch.zeros(1, 5)])
    for dials in ({"top_k": 2}, {"top_p": 0.6}, {"min_p": 0.3}):
        together = keep_likely(rows, **dials)
        alone = torch.cat([keep_likely(row[None], **dials) for row in rows])
        assert (together == alone).all()


@pytest.mark.parametrize("dials", [{}, {"top_k": 3}, {"top_p": 0.8}, {"min_p": 0.25}])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 1.5])
def test_draws_follow_the_exact_distribution(dials, temperature):
    n = 20_000
    likely_V = keep_likely(LOGITS, temperature, **dials)
    # The first number of many stories, so that neighbouring stories are tested as well.
    uniform = torch.stack([torch.rand((), generator=story_generator(3, k)) for k in range(n)])
    counts = sample(likely_V.expand(n, -1), uniform).bincount(minlength=5).double()
    expected = likely_V[0].double().softmax(-1) * n
    assert (counts[expected == 0] == 0).all()
    counts, expected = counts[expected > 0], expected[expected > 0]
    chi_squared = ((counts - expected) ** 2 / expected).sum().item()
    assert chi_squared < 23.5  # one in ten thousand, at 4 degrees of freedom


def test_the_edges_of_the_unit_interval_never_draw_the_impossible():
    logits = torch.tensor([[-math.inf, 0.0, -math.inf, 1.0, -math.inf]]).expand(3, -1)
    drawn = sample(logits, torch.tensor([0.0, 1.0 - 2**-25, 1.0], dtype=torch.float64))
    assert drawn.tolist() == [1, 3, 3]


def greedy(model: torch.nn.Module, prompt: list[int], n: int) -> list[int]:
    ids = list(prompt)
    with torch.no_grad():
        for _ in range(n):
            ids.append(model(torch.tensor([ids]))[0, -1].argmax().item())
    return ids[len(prompt) :]


def test_temperature_zero_is_the_argmax_of_the_whole_forward(model):
    told = generate(model, PROMPTS, temperature=0, max_tokens=9)
    assert told == [greedy(model, prompt, 9) for prompt in PROMPTS]


def test_story_k_is_the_same_whatever_the_batch_it_travels_in(model):
    dials = {"temperature": 1.0, "seed": 7, "ends": {3}}
    together = generate(model, PROMPTS, **dials)
    assert together == [
        generate(model, [prompt], first=k, **dials)[0] for k, prompt in enumerate(PROMPTS)
    ]
    assert together[2:] == generate(model, PROMPTS[2:], first=2, **dials)
    assert generate(model, [[0]] * 3, **dials)[:2] == generate(model, [[0]] * 2, **dials)


def test_stories_and_seeds_differ():
    model = build("gpt2")
    dials = {"temperature": 1.5, "max_tokens": 12}
    told = [ids for seed in (1, 2, -1) for ids in generate(model, [[0]] * 3, seed=seed, **dials)]
    assert len(set(map(tuple, told))) == 9
    assert generate(model, [[0]] * 3, seed=2, **dials) == told[3:6]


def test_a_story_stops_at_its_end_and_others_go_on(model):
    dials = {"temperature": 20.0, "seed": 1, "ends": {3}}
    prompts = [[0, k] for k in range(1, 40)]
    told = generate(model, prompts, **dials)
    ended = [ids for ids in told if ids[-1] == 3]
    assert ended
    assert len(ended) < len(told)
    assert all(3 not in ids[:-1] for ids in told)
    # Without an end the same stories are told on.
    on = generate(model, prompts, **dials | {"ends": set()})
    assert all(long[: len(ids)] == ids for ids, long in zip(told, on, strict=True))


def test_a_story_goes_on_to_the_end_of_the_context(model):
    told = generate(model, PROMPTS, temperature=1.0)
    # The last token is predicted from a full context, so it may stand one beyond it.
    assert [len(p) + len(ids) for p, ids in zip(PROMPTS, told, strict=True)] == [25] * 4
    full = generate(model, [list(range(24))], temperature=1.0)
    assert [len(ids) for ids in full] == [1]
    assert [len(ids) for ids in generate(model, PROMPTS, max_tokens=2)] == [2] * 4


def test_no_prompts_give_no_stories():
    assert generate(build("gpt2"), []) == []


def test_telling_leaves_no_trace(model):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    model.train()
    generate(model, PROMPTS, temperature=1.0)
    assert model.training
    assert all(part.training for part in model.modules())
    assert (torch.get_rng_state() == before).all()
    steps = generate_steps(model, PROMPTS)
    next(steps)  # and left half read
    assert model.training
    assert torch.is_grad_enabled()
    assert all(parameter.grad is None for parameter in model.parameters())
    generate(model.eval(), PROMPTS, max_tokens=1)
    assert not model.training


def test_dropout_rests_while_telling():
    model = build("gpt2", dropout=0.5)
    quiet = generate(model, PROMPTS, temperature=0)
    assert generate(model.train(), PROMPTS, temperature=0) == quiet


def test_tell_returns_prompt_and_continuation_without_the_end():
    model, letters = build("llama"), Letters()
    told = tell(model, letters, "Once", count=30, temperature=2.0, seed=4)
    assert len(told) == 30
    assert all(story.startswith("Once") for story in told)
    assert len({len(story) for story in told}) > 1
    ids = [0, *letters.encode("Once")]
    expected = generate(model, [ids] * 30, temperature=2.0, seed=4, ends={0})
    assert [len(story) - 4 for story in told] == [len(i) - (i[-1] == 0) for i in expected]


def test_several_prompts_are_told_side_by_side():
    model, letters = build("llama"), Letters()
    told = tell(model, letters, ["Once", "", "A"], count=2, temperature=2.0)
    assert [story[:4] for story in told[:2]] == ["Once"] * 2
    assert [story[:1] for story in told[4:]] == ["A"] * 2
    assert told[:2] == tell(model, letters, "Once", count=2, temperature=2.0)


def test_a_stream_is_the_first_story_in_pieces():
    model, letters = build("llama"), Letters()
    for seed in range(5):
        pieces = list(stream(model, letters, "Once", temperature=2.0, seed=seed))
        assert pieces[0] == "Once"
        assert ["".join(pieces)] == tell(model, letters, "Once", temperature=2.0, seed=seed)


def test_the_blank_that_a_tokenizer_puts_first_is_none_of_the_story():
    model, letters = build("llama"), BlankFirst()
    told = generate(model, [[0]] * 200, temperature=20.0, max_tokens=5, ends=letters.ends)
    assert any(ids[0] == 1 for ids in told)  # a blank first
    assert any(ids[-1] == 96 for ids in told)
    stories = tell(model, letters, "", count=200, temperature=20.0, max_tokens=5)
    for ids, story in zip(told, stories, strict=True):
        text = letters.decode([id for id in ids if id not in letters.ends])
        assert story == text.removeprefix(" ")
    assert tell(model, letters, "Once", max_tokens=3)[0].startswith("Once")
    first = "".join(stream(model, letters, "", temperature=20.0, max_tokens=5))
    assert first == stories[0]


def test_a_prompt_longer_than_the_context_is_refused_before_anything_is_told():
    model = build("llama")
    message = "the prompt is 31 tokens long, but the model sees only 24; shorten it by 7"
    for call in (tell, stream):
        with pytest.raises(ValueError, match=message):
            call(model, Letters(), "x" * 30)
    with pytest.raises(ValueError, match="no tokens"):
        generate_steps(model, [[1], []])


def test_dials_out_of_range_are_refused():
    model = build("llama")
    bad = ({"temperature": -1.0}, {"top_p": 0.0}, {"top_k": -1}, {"min_p": 1.0}, {"max_tokens": -1})
    for dial in bad:
        with pytest.raises(ValueError, match=next(iter(dial))):
            generate_steps(model, PROMPTS, **dial)
    with pytest.raises(TypeError, match="temprature"):
        generate_steps(model, PROMPTS, temprature=1.0)


def test_a_model_that_has_diverged_tells_nothing():
    model = build("llama")
    with torch.no_grad():
        model.embed.weight.fill_(math.nan)
    with pytest.raises(Diverged, match="logits are not finite"):
        generate(model, [[1, 2]], max_tokens=3)
