"""The story world: what is told is read back, every possibility is weighed, and slips are named."""

from __future__ import annotations

import ast
import hashlib
import math
import random
import re
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from storylm.data.fables import KINDS, Difficulty, forecast, grade, plots, read, tell
from storylm.data.fables.codec import hear, notation
from storylm.data.fables.forms import Notation, Options, check_prefix_free
from storylm.data.fables.listeners import Teller
from storylm.data.fables.plots import PLOTS, tell_fable
from storylm.data.fables.plots.header import STORY
from storylm.data.fables.plots.plot import FEATURES
from storylm.data.fables.story import Story
from storylm.data.fables.world import SETS, Person, Word

STORIES_0_TO_9 = "f69a84e9c3984afca57526ff2085e955a2f0fdea17373da298df29153ac3edae"


@pytest.fixture(scope="module")
def told():
    return [tell(seed) for seed in range(1_500)]


def assert_read_back(story, difficulty=Difficulty()):
    reading = read(story.text, difficulty)
    assert reading.complete
    assert (reading.choices, reading.bits) == (story.choices, story.bits)


def test_reading_gives_back_the_choices_and_the_bits(told):
    for story in told:
        assert_read_back(story)


@pytest.mark.slow
def test_reading_gives_back_20_000_stories():
    for seed in range(20_000):
        assert_read_back(tell(seed))


WORLDS = [
    Difficulty(vocabulary=0.3),
    Difficulty(characters=2, length=0, distance=0),
    Difficulty(characters=4, length=3, distance=3),
    Difficulty(instruct=True),
    Difficulty(instruct=True, vocabulary=0.05, length=2, distance=2),
]


@pytest.mark.parametrize("difficulty", WORLDS, ids=str)
def test_every_world_is_read_back(difficulty):
    for seed in range(60):
        assert_read_back(tell(seed, difficulty), difficulty)


def test_each_dial_makes_stories_harder():
    def stories(**dials):
        return [tell(seed, Difficulty(**dials)) for seed in range(80)]

    def mean(values):
        return sum(values) / 80

    def words(told):
        return mean(len(story.text.split()) for story in told)

    plain = stories()
    assert mean(s.bits for s in stories(vocabulary=0.2)) < 0.9 * mean(s.bits for s in plain)
    assert words(stories(length=0)) < words(plain) < words(stories(length=3))
    assert words(stories(distance=0)) < words(plain) < words(stories(distance=3))


@pytest.mark.parametrize("characters", [2, 3, 4])
def test_a_story_has_no_more_characters_than_allowed(characters):
    difficulty = Difficulty(characters=characters, length=3)
    most = 0
    for seed in range(250):
        story = Story(Teller(seed), notation(1.0), difficulty)
        tell_fable(story)
        most = max(most, len(story.taken["FOLK"]))
    assert most == characters


@pytest.mark.parametrize(
    ("dial", "value"), [("vocabulary", 0), ("characters", 5), ("length", -1), ("distance", 4)]
)
def test_a_dial_out_of_range_is_refused_by_name(dial, value):
    with pytest.raises(ValueError, match=f"{dial}={value}"):
        Difficulty(**{dial: value})


def test_no_two_in_a_story_share_a_name():
    crowded = Difficulty(vocabulary=0.02, characters=4, length=3)
    for seed in range(100):
        facts = read(tell(seed, crowded).text, crowded).facts
        people = {v for v in facts.values() if isinstance(v, Person) and v.text[0].isupper()}
        assert len({person.text for person in people}) == len(people)


# ------------------------------------------------------------------------------------ instructions

INSTRUCTED = Difficulty(instruct=True)


@pytest.fixture(scope="module")
def instructed():
    return [tell(seed, INSTRUCTED).text for seed in range(300)]


def test_the_header_comes_in_any_order_and_any_subset(instructed):
    headers = [text.partition(STORY)[0] for text in instructed]
    names = [tuple(line.split(":")[0] for line in h.splitlines()) for h in headers]
    assert {name for line in names for name in line} == {
        "Words", "Features", "Summary", "Random sentence"
    }  # fmt: skip
    assert () in names
    assert {("Words", "Features"), ("Features", "Words")} <= set(names)
    assert {len(line) for line in names} == {0, 1, 2, 3, 4}


def test_a_story_keeps_what_its_header_asks_for(instructed):
    features = set()
    for text in instructed:
        kept = grade(text, "", INSTRUCTED).instructions
        assert all(kept.values()), (kept, text)
        features |= {name for name in kept if name.startswith("feature")}
    assert features == {f"feature {name}" for name in FEATURES}


def test_words_and_sentence_stand_in_the_story_as_they_were_asked_for(instructed):
    seen = 0
    for text in instructed:
        header, _, story = text.partition(STORY)
        for line in header.splitlines():
            if line.startswith("Words: "):
                seen += 1
                for word in line.removeprefix("Words: ").split(", "):
                    assert re.search(rf"\b({word}(s|es)?|{word[:-1]}ies)\b", story, re.I), text
            if line.startswith("Random sentence: "):
                assert line.removeprefix("Random sentence: ") in story
    assert seen > 100


def test_another_story_does_not_keep_the_instructions(instructed):
    header = next(t for t in instructed if t.startswith("Words: ")).partition(STORY)[0]
    header = header.splitlines()[0] + "\n" + STORY
    plain = tell(7, Difficulty()).text
    given = grade(plain, header, INSTRUCTED)
    assert not given.ended
    assert not all(given.instructions.values())


def test_what_is_against_the_header_breaks_the_instruction():
    for text in (tell(seed, INSTRUCTED, labels=True) for seed in range(200)):
        for reference in text.references:
            if reference.kind == "instruction" and reference.distance:
                wrong = text.text[: reference.start] + reference.rivals[0]
                reading = read(wrong, INSTRUCTED)
                assert reading.kind == "instruction", wrong
                return
    raise AssertionError("no reference to the header in 200 stories")


# --------------------------------------------------------------------------------------- the corpus


def test_the_stories_of_a_seed_never_change():
    """A new hash here means a new corpus: say so in the diary of experiments."""
    code = (
        "import hashlib; from storylm.data.fables import tell; "
        "print(hashlib.sha256('\\0'.join(tell(i).text for i in range(10)).encode()).hexdigest())"
    )
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert fresh.stdout.strip() == STORIES_0_TO_9
    here = "\0".join(tell(seed).text for seed in reversed(range(10)))
    parts = "\0".join(reversed(here.split("\0")))
    assert hashlib.sha256(parts.encode()).hexdigest() == STORIES_0_TO_9


def test_no_two_stories_are_the_same(told):
    assert len({story.text for story in told}) == len(told)


def test_every_plot_is_told_and_every_story_has_paragraphs_and_ends_with_a_sentence(told):
    assert len(PLOTS) >= 24
    for story in told:
        assert story.text.count("\n\n") >= 2
        assert story.text[-1] in '.!"'
        assert "  " not in story.text
        assert " \n" not in story.text
        assert story.text.isascii()


def test_every_plot_can_be_asked_for_and_foreshadowed():
    for plot in PLOTS:
        assert plot.hooks
        assert plot.hints
        assert all(summary.startswith("{hero=FOLK} ") for summary in plot.summaries)
        assert not any(re.search(r"\*\d+$", hook) for hook in plot.hooks), "plots weigh the same"


def test_episodes_and_scenes_keep_their_facts_to_themselves():
    """A plot between that used the same name would change what an episode has to give back."""
    folder = Path(plots.__file__).parent

    def drawn(name):
        tree = ast.parse((folder / f"{name}.py").read_text())
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        return set(re.findall(r"\{(?:\w+ )?(\w+)=", " ".join(map(str, texts))))

    others = {path.stem for path in folder.glob("*.py")} - {"episodes", "scenes", "header"}
    of_plots = set().union(*map(drawn, others))
    assert not drawn("episodes") & (of_plots | drawn("scenes"))
    remembered = {"garment", "wear_colour", "pet", "pet_name", "pet_look", "guardian"}
    assert remembered < drawn("scenes")
    assert not remembered & of_plots


def test_a_sad_story_has_no_happy_end():
    from storylm.data.fables.plots.scenes import ENDINGS

    sad = [s.text for s in map(tell, range(400)) if read(s.text).demands.met >= {"BadEnding"}]
    assert len(sad) > 15
    assert not any("happily ever after" in text or "dreamed about" in text[-200:] for text in sad)
    assert any("happily ever after" in form for form in ENDINGS)


def test_the_floor_is_honest(told):
    total = sum(len(story.text.encode()) for story in told)
    assert 0.20 <= sum(story.bits for story in told) / total <= 0.45


def test_stories_are_as_long_as_a_small_story(told):
    lengths = sorted(len(story.text.split()) for story in told)
    assert lengths[0] >= 80
    assert lengths[len(lengths) * 99 // 100] <= 330


def test_the_corpus_has_more_than_1_200_words(told):
    assert (
        len({word for story in told for word in re.findall("[a-z']+", story.text.lower())}) > 1_200
    )


def test_articles_fit_the_words_that_follow(told):
    for story in told:
        assert not re.search(r"\b[Aa] [aeio]", story.text), story.text
        assert not re.search(r"\b[Aa]n (?!hon|hour)[^aeiou]", story.text), story.text
        assert not re.search(r"\b(\w+) \1\b", story.text), story.text


def test_forecasts_sum_to_one_and_hold_what_comes_next():
    for seed in range(2):
        text = tell(seed).text
        for end in range(0, len(text) + 1, 9):
            continuations = forecast(text[:end])
            assert sum(c.probability for c in continuations) == pytest.approx(1, abs=1e-9)
            rest = text[end:]
            assert any(rest.startswith(c.text) if c.text else not rest for c in continuations)
            texts = sorted(c.text for c in continuations)
            assert not any(b.startswith(a) for a, b in pairwise(texts) if len(texts) > 1)


def test_choices_come_as_often_as_their_chances_say(told):
    """Of the kinds a hero may be after "Once upon a time", girls have a third of the weight."""
    heroes = [
        s.text.split(" named ")[0] for s in told if s.text.startswith("Once upon a time, there")
    ]
    girls = sum(hero.endswith(" girl") for hero in heroes) / len(heroes)
    assert girls == pytest.approx(1 / 3, abs=0.07)


def test_labels_cover_every_character_and_hold_all_the_bits():
    for seed in range(20):
        story = tell(seed, labels=True)
        assert story.spans[0].start == 0
        assert story.spans[-1].end == len(story.text)
        assert all(a.end == b.start for a, b in pairwise(story.spans))
        assert all(span.kind in KINDS and span.free == (span.bits > 0) for span in story.spans)
        assert sum(span.bits for span in story.spans) == pytest.approx(story.bits, abs=1e-6)


def test_the_bits_agree_with_the_entropies_of_the_choices():
    """What a story tells is, in the mean, what its choices could have told."""

    class Weighing(Teller):
        expected = 0.0

        def choose(self, choice, gap, facts, taken, refused=(), demand=""):
            out = {*taken, *refused}
            chances = [choice.chance(i, out) for i in range(len(choice.weights))]
            self.expected -= sum(p * math.log2(p) for p in chances if p)
            return super().choose(choice, gap, facts, taken, refused, demand)

    surprise = []
    for seed in range(300):
        teller = Weighing(seed)
        hear(teller, Difficulty())
        surprise.append(teller.bits - teller.expected)
    spread = statistics.stdev(surprise) / len(surprise) ** 0.5
    assert abs(statistics.mean(surprise)) < 4 * spread


def test_references_are_forced_and_their_rivals_are_wrong():
    kinds, count = set(), 0
    for seed in range(12):
        story = tell(seed, labels=True)
        count += len(story.references)
        for reference in story.references[::4]:
            end = reference.start + len(reference.text)
            assert story.text[reference.start : end] == reference.text
            for rival in reference.rivals:
                reading = read(story.text[: reference.start] + rival + story.text[end:])
                assert reference.start <= reading.position < reference.start + len(rival) + 1
                assert not reading.complete
            kinds.add((reference.kind, reference.near))
    assert count > 150
    assert {("consistency", True), ("consistency", False), ("plot", False)} <= kinds


def test_the_other_childs_name_is_the_rival_of_a_name():
    story = next(s for s in (tell(i, labels=True) for i in range(50)) if names_of(s))
    hero, friend = names_of(story)[0]
    assert hero != friend


def names_of(story):
    return [
        (r.text, r.rivals[0])
        for r in story.references
        if r.fact == "hero" and r.near and r.text.istitle() and r.rivals[0].istitle()
    ]


def test_a_fact_reaches_far_back():
    distances = [span.distance for seed in range(20) for span in tell(seed, labels=True).spans]
    assert max(distances) > 500


def test_a_changed_character_in_a_forced_place_is_found_and_named():
    random_place = random.Random(1)
    kinds = set()
    for seed in range(25):
        story = tell(seed, labels=True)
        forced = [span for span in story.spans if not span.free]
        for span in random_place.sample(forced, 8):
            at = random_place.randrange(span.start, span.end)
            wrong = "x" if story.text[at] != "x" else "y"
            reading = read(story.text[:at] + wrong + story.text[at + 1 :])
            assert not reading.complete
            assert (reading.position, reading.kind) == (at, span.kind)
            assert all(story.text[at:].startswith(c[0]) for c in reading.expected)
            kinds.add(reading.kind)
    assert {"grammar", "consistency", "plot", "style"} <= kinds


def test_the_wrong_pronoun_is_a_slip_of_consistency():
    story = next(s for s in map(tell, range(100)) if "Nobody ever saw him" in s.text)
    at = story.text.index("Nobody ever saw him") + len("Nobody ever saw h")
    reading = read(story.text[:at] + "er" + story.text[at + 2 :])
    assert (reading.position, reading.kind) == (at, "consistency")
    assert reading.expected == ["im without his "]


def test_a_grade_says_how_far_a_text_holds_and_what_breaks_it():
    text = tell(5).text
    whole = grade(text[100:], prefix=text[:100])
    assert whole.ended
    assert (whole.kept, whole.broken) == (len(text) - 100, "")
    half = grade(text[100:300], prefix=text[:100])
    assert not half.ended
    assert (half.broken, half.share_kept) == ("ending", 1.0)
    assert grade(text[100:300], prefix=text[:100], whole=False).broken == ""
    spoiled = grade(text[100:300] + "#" + text[301:], prefix=text[:100])
    assert spoiled.where == 300
    assert spoiled.broken in KINDS
    assert text[300:].startswith(spoiled.expected[0][0])
    assert not grade(text + " And then").ended
    with pytest.raises(ValueError, match="leaves the story world"):
        grade(text, prefix="Call me Ishmael.")


def test_options_that_begin_alike_are_refused_by_name():
    with pytest.raises(ValueError, match="'ball' begins option 'balloon'"):
        Options("TOYS", [Word("kite"), Word("balloon"), Word("ball")])
    with pytest.raises(ValueError, match="begins option"):
        Notation(SETS, {}).choice("plot", ("{He} ran.", "{He} ran. Then {he} sat."))
    check_prefix_free("fine", ["ball", "bell"])


def test_forms_that_begin_alike_are_told_apart_by_the_choices_inside_them():
    choice = Notation(SETS, {}).choice(
        "plot", ("He was [sad|mad].", "He was glad.", "We [ran|sat].")
    )
    assert sorted(choice.texts) == ["He was glad.", "He was mad.", "He was sad.", "We "]
    assert [choice.chance(i) for i in range(4)] == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 3])


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed=-1"):
        tell(-1)


def test_a_prefix_from_elsewhere_has_no_forecast():
    with pytest.raises(ValueError, match="leaves the world at 0"):
        forecast("#")
