"""The engine: what a story is, alone or among others, early or late, whole or in pieces."""

import dataclasses
import math
import threading
import types
from collections.abc import Iterable

import pytest
import torch
from test_generation import PROMPTS
from test_transformer import STYLES, build, some_ids

from storylm.generation import Diverged, Engine, Piece, Request, generate, sample, story_generator
from storylm.generation.decoder import Decoder
from storylm.generation.requests import Ticket
from storylm.generation.samplers import Uniforms, keep_likely, repel, shift
from storylm.generation.story import Story, draw
from storylm.generation.text import StoryText

SPELLINGS = [b"", *[bytes([32 + id]) for id in range(1, 90)], *[bytes([b]) for b in "é😀".encode()]]
"""One byte an id; the last ones are parts of two characters."""


class Bytes:
    """Id 0 ends a story."""

    end_of_story, ends, opening_blank, fingerprint = 0, {0}, 0, "a" * 64

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        return b"".join(SPELLINGS[id % len(SPELLINGS)] for id in ids)


def run_of(style: str, **dials: object) -> types.SimpleNamespace:
    return types.SimpleNamespace(model=build(style, **dials), tokenizer=Bytes())


@pytest.fixture(params=STYLES)
def run(request):
    return run_of(request.param)


def ids(pieces: list[Piece]) -> list[int]:
    return [piece.token for piece in pieces]


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def requests(**dials: object) -> list[Request]:
    return [Request(tuple(prompt), story=k, **dials) for k, prompt in enumerate(PROMPTS)]


# ------------------------------------------------------------------------------- the decoder alone


def close(got: torch.Tensor, want: torch.Tensor) -> None:
    torch.testing.assert_close(got, want, rtol=0, atol=2e-5)


@torch.no_grad()
def test_decoding_with_the_cache_equals_the_whole_forward(run):
    given = some_ids(3)
    want = run.model(given)
    decoder = Decoder(run.model, 5)
    rows = given.tolist()
    close(decoder.read(rows, [0, 0, 0], 1, every=True), want)
    decoder.read([row[:7] for row in rows], [0, 0, 0], 2)
    for t in range(7, 24):
        close(decoder.read([[row[t]] for row in rows], [t] * 3, 2), want[:, t])


@torch.no_grad()
def test_rows_of_different_lengths_do_not_see_each_other(run):
    given, lengths = some_ids(3), [3, 11, 19]
    want = run.model(given)
    decoder = Decoder(run.model, 3)
    for row, length in enumerate(lengths):
        decoder.read([given[row, :length].tolist()], [0], row)
    for further in range(4):
        at = [length + further for length in lengths]
        logits = decoder.read([[given[row, t].item()] for row, t in enumerate(at)], at)
        close(logits, want[range(3), at])


@torch.no_grad()
def test_several_tokens_are_read_at_once_where_each_row_stands(run):
    given, lengths = some_ids(2), [5, 9]
    want = run.model(given)
    decoder = Decoder(run.model, 2, ahead=4)
    for row, length in enumerate(lengths):
        decoder.read([given[row, :length].tolist()], [0], row)
    tokens = [given[row, length : length + 4].tolist() for row, length in enumerate(lengths)]
    logits = decoder.read(tokens, lengths, every=True)
    for row, length in enumerate(lengths):
        close(logits[row], want[row, length : length + 4])


@torch.no_grad()
def test_low_precision_and_eight_bits_stay_near(run):
    given = some_ids(2)
    want = run.model(given).log_softmax(-1)
    for dials in ({"dtype": torch.bfloat16}, {"int8": True}):
        got = Decoder(run.model, 2, **dials).read(given.tolist(), [0, 0], every=True)
        assert (got.log_softmax(-1) - want).abs().mean() < 0.1, dials


# --------------------------------------------------------------------------------------- stories


def test_the_engine_tells_what_generate_tells(run):
    for dials in ({"temperature": 0.0}, {"temperature": 1.0, "seed": 7, "top_k": 40}):
        told = Engine(run, slots=4).tell_all(requests(**dials))
        assert list(map(ids, told)) == generate(run.model, PROMPTS, ends={0}, **dials)


def test_a_story_is_the_same_alone_and_in_a_batch(run):
    dials = {"temperature": 1.3, "seed": 5, "top_p": 0.95}
    together = Engine(run, slots=4).tell_all(requests(**dials))
    in_turn = Engine(run, slots=1).tell_all(requests(**dials))
    alone = [Engine(run, slots=1).tell_all([request])[0] for request in requests(**dials)]
    assert together == in_turn == alone


def test_a_story_that_joins_late_is_the_same(run):
    engine, asked = Engine(run, slots=4), requests(temperature=1.3, seed=5)
    tickets = []
    for request in asked:
        tickets.append(engine.submit(request))
        for _ in range(3):
            engine.step()
    while engine.step():
        pass
    late = [list(ticket) for ticket in tickets]
    assert late == [Engine(run, slots=1).tell_all([request])[0] for request in asked]


def test_dials_of_others_do_not_matter(run):
    one = Request((0, 5), temperature=0.9, top_k=20, seed=3, max_tokens=9)
    others = [
        Request((0, 6, 7), temperature=0),
        Request((0, 9), repetition_penalty=1.5, seed=9),
        Request((0, 9), logit_bias={4: 5.0}, min_p=0.1, max_tokens=3),
    ]
    alone = Engine(run).tell_all([one])[0]
    assert Engine(run).tell_all([others[0], one, *others[1:]])[1] == alone


def test_more_requests_than_slots_wait_in_order():
    run = run_of("llama")
    engine = Engine(run, slots=2)
    tickets = [engine.submit(Request((0, k), max_tokens=4)) for k in range(1, 6)]
    assert (engine.waiting, engine.active) == (5, 0)
    engine.step()
    assert (engine.waiting, engine.active) == (3, 2)
    while engine.step():
        assert engine.active <= 2
    assert all(ticket.done for ticket in tickets)
    assert [len(list(ticket)) for ticket in tickets] == [4] * 5


def test_a_thread_serves_many_at_once():
    run = run_of("llama")
    asked = [Request((0, 1 + k % 90), seed=k, max_tokens=8) for k in range(20)]
    expected = Engine(run).tell_all(asked)
    told: dict[int, list[Piece]] = {}
    with Engine(run, slots=3) as engine:

        def ask(k: int) -> None:
            told[k] = list(engine.submit(asked[k]))

        threads = [threading.Thread(target=ask, args=(k,)) for k in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
    assert [told[k] for k in range(20)] == expected


def test_cancelling_frees_the_row_and_waiters_are_let_in():
    engine = Engine(run_of("llama"), slots=1)
    first, second, third = (engine.submit(Request((0, k), max_tokens=6)) for k in (5, 6, 7))
    engine.step()
    assert (engine.active, engine.waiting) == (1, 2)
    first.cancel()
    second.cancel()
    while engine.step():
        pass
    assert len(list(first)) < 6
    assert list(second) == []
    assert len(list(third)) == 6
    assert first.done
    assert second.done
    assert engine.active == 0


def test_closing_ends_every_ticket():
    engine = Engine(run_of("llama"), slots=1)
    tickets = [engine.submit(Request((0, k))) for k in (5, 6)]
    engine.step()
    engine.close()
    assert all(ticket.done for ticket in tickets)
    assert [piece.finish for ticket in tickets for piece in ticket] == ["", ""]
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit(Request((0,)))


def test_an_error_reaches_whoever_waits_and_the_engine_goes_on():
    run = run_of("llama")
    engine = Engine(run)
    right = engine.decoder.embed_VD.clone()
    engine.decoder.embed_VD.fill_(math.nan)
    ticket = engine.submit(Request((0, 5)))
    assert not engine.step()
    with pytest.raises(Diverged, match="logits are not finite"):
        list(ticket)
    assert list(ticket) == []  # told once
    engine.decoder.embed_VD.copy_(right)
    for cache in engine.decoder.caches:
        cache.zero_()  # what is not finite would stay so under a mask
    assert engine.tell_all([Request((0, 5))]) == Engine(run).tell_all([Request((0, 5))])


# ----------------------------------------------------------------------------- text and its pieces


def test_a_story_ends_by_its_end_by_length_or_by_the_context():
    run = run_of("llama")
    told = Engine(run).tell_all([Request((0, k), temperature=20.0, seed=k) for k in range(1, 40)])
    finishes = {pieces[-1].finish for pieces in told}
    assert finishes == {"stop", "length"}
    for pieces in told:
        assert all(piece.finish == "" for piece in pieces[:-1])
        assert (pieces[-1].finish == "stop") == (pieces[-1].token == 0)
        assert pieces[-1].token == 0 or len(pieces) == 23  # one beyond the context
    short = Engine(run).tell_all([Request((0, 5), max_tokens=3)])[0]
    assert (len(short), short[-1].finish) == (3, "length")


def test_streamed_pieces_are_the_whole_and_never_half_a_character():
    run = run_of("llama")
    asked = [Request((0, 5), temperature=20.0, story=k, max_tokens=12) for k in range(60)]
    broken = 0
    for pieces in Engine(run).tell_all(asked):
        spelled = run.tokenizer.decode_bytes(token for token in ids(pieces) if token)
        whole = spelled.decode(errors="replace")
        assert whole.startswith(text(pieces))
        assert whole.removeprefix(text(pieces)) in ("", "�")  # a half one at the end
        broken += whole != text(pieces)
    assert broken


@pytest.mark.parametrize("word", ["é", "😀", "aé😀b"])
def test_a_character_comes_when_its_last_byte_does(word):
    story = StoryText(Bytes(), opens=False)
    spelled = word.encode()
    pieces = [story.add(SPELLINGS.index(bytes([byte]))) for byte in spelled]
    assert [piece for piece in pieces if piece] == list(word)
    story.add(SPELLINGS.index(bytes([spelled[-1] if len(word) == 1 else 0xC3])))
    assert "�" not in story.end()


def say(words: str, stop: tuple[str, ...]) -> tuple[list[str], bool]:
    """The pieces of a text told a letter at a time."""
    story, pieces = StoryText(Bytes(), stop, opens=False), []
    for byte in words.encode():
        pieces.append(story.add(SPELLINGS.index(bytes([byte]))))
        if story.stopped:
            return pieces, True
    return [*pieces, story.end()], False


@pytest.mark.parametrize(
    ("words", "stop", "told"),
    [
        ("once!!upon", ("!!",), "once"),
        ("once!upon", ("!!",), "once!upon"),
        ("aaab", ("aab",), "a"),
        ("ababac", ("abac",), "ab"),
        ("abcabd", ("abd", "bc"), "a"),
        ("abc", ("bcd",), "abc"),
        ("abc", ("a",), ""),
        ("aé😀b", ("😀",), "aé"),
    ],
)
def test_stop_strings_are_found_wherever_tokens_end(words, stop, told):
    pieces, stopped = say(words, stop)
    assert "".join(pieces) == told
    assert stopped == any(string in words for string in stop)
    held = [len("".join(pieces[: n + 1])) for n in range(len(pieces))]
    assert all(not told[:n].endswith(stop) for n in held)


def test_a_stop_string_is_never_shown_and_ends_the_story():
    run = run_of("llama")
    asked = [Request((0, 5), temperature=1.5, story=k, max_tokens=20) for k in range(40)]
    plain = Engine(run).tell_all(asked)
    stop = (text(plain[0])[2:4], text(plain[1])[5])
    stopped = Engine(run).tell_all([dataclasses.replace(one, stop=stop) for one in asked])
    assert any(pieces[-1].finish == "stop" for pieces in stopped)
    for before, after in zip(plain, stopped, strict=True):
        whole = text(before)
        ends = [at for string in stop if (at := whole.find(string)) >= 0]
        assert text(after) == whole[: min(ends)] if ends else whole
        assert ids(before)[: len(after)] == ids(after)


def test_the_opening_blank_is_none_of_the_story():
    blank = SPELLINGS.index(b"!")
    tokenizer = Bytes()
    tokenizer.opening_blank = 1
    tokenizer.decode_bytes = lambda ids: Bytes().decode_bytes(ids).replace(b"!", b" ")
    assert StoryText(tokenizer, opens=True).add(blank) == ""
    assert StoryText(tokenizer, opens=False).add(blank) == " "


# ---------------------------------------------------------------------------- samplers and figures


def test_log_probabilities_are_those_of_the_whole_forward(run):
    asked = [Request((0, 5, 9), temperature=1.4, top_k=5, logprobs=3, story=k) for k in range(3)]
    asked.append(Request((0, 4), repetition_penalty=2.0, logit_bias={7: 9.0}, logprobs=2))
    for request, pieces in zip(asked, Engine(run).tell_all(asked), strict=True):
        whole = torch.tensor([[*request.prompt_ids, *ids(pieces)]])[:, :-1]
        with torch.no_grad():
            logp_TV = run.model(whole)[0].log_softmax(-1)[len(request.prompt_ids) - 1 :]
        for piece, logp_V in zip(pieces, logp_TV, strict=True):
            assert piece.logprob == pytest.approx(logp_V[piece.token].item(), abs=1e-4)
            assert len(piece.alternatives) == request.logprobs
            values = [value for _, value in piece.alternatives]
            assert values == pytest.approx(logp_V.topk(request.logprobs).values.tolist(), abs=1e-4)
            assert all(logp_V[id] == pytest.approx(v, abs=1e-4) for id, v in piece.alternatives)


def test_the_penalty_divides_what_is_positive_and_multiplies_what_is_negative():
    logits = torch.tensor([2.0, -2.0, 0.0, 3.0, -1.0])
    assert repel(logits, {0, 1, 2}, 2.0).tolist() == [1.0, -4.0, 0.0, 3.0, -1.0]
    assert repel(logits, {0, 1}, 0.5).tolist() == [4.0, -1.0, 0.0, 3.0, -1.0]
    assert repel(logits, {0}, 1.0) is logits
    assert shift(logits, {1: 5.0, 3: -math.inf}).tolist() == [2.0, 3.0, 0.0, -math.inf, -1.0]
    assert logits.tolist() == [2.0, -2.0, 0.0, 3.0, -1.0]


def test_a_penalty_makes_repetition_rare_and_a_ban_holds():
    run = run_of("llama")
    plain, repelled = Engine(run).tell_all(
        [Request((0,), temperature=0, repetition_penalty=p) for p in (1.0, 100.0)]
    )
    assert len(set(ids(repelled))) == len(ids(repelled)) or len(set(ids(plain))) == len(plain)
    most = max(set(ids(plain)), key=ids(plain).count)
    banned = Request((0,), temperature=0, logit_bias={most: -math.inf})
    assert most not in ids(Engine(run).tell_all([banned])[0])
    wanted = Engine(run).tell_all([Request((0,), logit_bias={33: 1e4}, max_tokens=4)])[0]
    assert ids(wanted) == [33] * 4


@pytest.mark.parametrize(
    "dials",
    [
        {},
        {"temperature": 0.6},
        {"top_k": 4},
        {"top_p": 0.7},
        {"min_p": 0.3},
        {"repetition_penalty": 1.7},
        {"logit_bias": {4: 2.0, 7: -math.inf}},
    ],
    ids=str,
)
def test_the_engines_draws_follow_the_exact_distribution(dials):
    prompt, n, logits_V = (0, 4, 7), 3_000, 1.5 * torch.randn(11, generator=seeded(2))
    asked = [Request(prompt, story=k, **dials) for k in range(n)]
    stories = [Story(Ticket(request), Bytes(), 24) for request in asked]
    drawn = torch.tensor(draw(logits_V.expand(n, -1), stories))
    request = asked[0]
    bent_V = shift(repel(logits_V, prompt, request.repetition_penalty), request.logit_bias)
    samplers = {k: v for k, v in dials.items() if k in ("top_k", "top_p", "min_p")}
    p_V = keep_likely(bent_V[None], request.temperature, **samplers)[0].double().softmax(-1)
    assert chi_squared(drawn, p_V) < 38  # one in thirty thousand, at 10 degrees of freedom


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def chi_squared(drawn: torch.Tensor, p_V: torch.Tensor) -> float:
    counts, expected = drawn.bincount(minlength=len(p_V)).double(), p_V.double() * len(drawn)
    assert (counts[p_V == 0] == 0).all()
    counts, expected = counts[p_V > 0], expected[p_V > 0]
    rare = expected < 5  # together, since the test is for many
    pooled = torch.stack([counts[rare].sum(), expected[rare].sum()])
    total = ((counts - expected) ** 2 / expected)[~rare].sum().item()
    return total + (((pooled[0] - pooled[1]) ** 2 / pooled[1]).item() if pooled[1] > 1 else 0)


def test_uniforms_are_those_that_generate_draws():
    uniforms, generator = Uniforms(3, 4), story_generator(3, 4)
    assert [uniforms.next() for _ in range(150)] == [
        torch.rand((), generator=generator).item() for _ in range(150)
    ]
    assert sample(torch.zeros(1, 4), torch.tensor([0.6])).item() == 2


# ------------------------------------------------------------------------------ past the context


@pytest.mark.parametrize("style", ["llama", "tied", "nanochat", "swift"])
def test_sliding_goes_on_past_the_context_and_stays_finite(style):
    run = run_of(style)
    asked = [
        Request((0, 5), story=k, max_tokens=60, slide=True, logit_bias={0: -math.inf}, logprobs=0)
        for k in range(3)
    ]
    told = Engine(run).tell_all(asked)
    assert all(len(pieces) == 60 for pieces in told)
    assert all(math.isfinite(piece.logprob) for pieces in told for piece in pieces)
    assert ids(told[1]) == ids(Engine(run, slots=1).tell_all(asked[1:2])[0])
    # Up to the context it is the story that does not slide.
    plain = Engine(run).tell_all([dataclasses.replace(asked[0], slide=False)])[0]
    assert ids(plain) == ids(told[0])[:23]
    # And just past it the model sees the newest half of the context, from position 0 on.
    whole = [*asked[0].prompt_ids, *ids(told[0])]
    with torch.no_grad():
        logp_V = run.model(torch.tensor([whole[13:25]]))[0, -1].log_softmax(-1)
    assert told[0][23].logprob == pytest.approx(logp_V[whole[25]].item(), abs=1e-4)


def test_learned_positions_do_not_slide():
    with pytest.raises(ValueError, match="slide needs rotary positions"):
        Engine(run_of("gpt2")).submit(Request((0,), slide=True))


# ------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("dials", "line"),
    [
        ({"prompt_ids": ()}, "prompt_ids is empty"),
        ({"prompt_ids": (-1,)}, "prompt_ids holds"),
        ({"prompt_ids": (True,)}, "prompt_ids holds"),
        ({"max_tokens": -1}, "max_tokens=-1"),
        ({"max_tokens": 1.5}, "max_tokens=1.5"),
        ({"temperature": math.nan}, "temperature=nan"),
        ({"temperature": -0.1}, "temperature=-0.1"),
        ({"temperature": math.inf}, "temperature=inf"),
        ({"top_k": -1}, "top_k=-1"),
        ({"top_p": 0.0}, "top_p=0.0"),
        ({"top_p": 1.1}, "top_p=1.1"),
        ({"min_p": 1.0}, "min_p=1.0"),
        ({"repetition_penalty": 0.0}, "repetition_penalty=0.0"),
        ({"logit_bias": {-1: 1.0}}, "logit_bias names -1"),
        ({"logit_bias": {1: math.nan}}, "logit_bias of 1 is nan"),
        ({"logit_bias": {1: math.inf}}, "logit_bias of 1 is inf"),
        ({"seed": 1.5}, "seed=1.5"),
        ({"story": -1}, "story=-1"),
        ({"stop": ("",)}, "an empty one"),
        ({"logprobs": -2}, "logprobs=-2"),
    ],
    ids=str,
)
def test_a_request_that_cannot_be_is_refused_in_one_line(dials, line):
    with pytest.raises(ValueError, match=line) as refused:
        Request(**{"prompt_ids": (0,)} | dials)
    assert str(refused.value).isprintable()


def test_what_the_model_cannot_take_is_refused_before_it_waits():
    engine = Engine(run_of("llama"))
    with pytest.raises(ValueError, match="id 97 is outside the vocabulary of 97"):
        engine.submit(Request((0, 97)))
    with pytest.raises(ValueError, match="id 99 is outside"):
        engine.submit(Request((0,), logit_bias={99: 1.0}))
    with pytest.raises(ValueError, match="25 tokens long, but the model sees only 24"):
        engine.submit(Request((0,) * 25))
    with pytest.raises(ValueError, match="bans every token"):
        engine.submit(Request((0,), logit_bias=dict.fromkeys(range(97), -math.inf)))
    assert engine.waiting == 0
