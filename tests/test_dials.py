"""Every dial refuses wrong values, in one line that names it."""

import dataclasses
import enum
import pickle
import types
import typing

import pytest
from composing import CONF
from hydra import compose, initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from storylm.command_line import one_line
from storylm.config import (
    AtlasConfig,
    BenchmarkConfig,
    DoctorConfig,
    EvaluateConfig,
    ExportConfig,
    GenerateConfig,
    ImportConfig,
    ReplayConfig,
    ServeConfig,
    TrainConfig,
    dial_names,
    register,
    to_config,
)
from storylm.config.composing import SCHEMAS

TREES = {
    "train": (TrainConfig, []),
    "generate": (GenerateConfig, ["run=x"]),
    "evaluate": (EvaluateConfig, ["run=x"]),
    "atlas": (AtlasConfig, ["sweep=x"]),
    "export": (ExportConfig, ["run=x", "format=gguf"]),
    "import_model": (ImportConfig, ["source=x", "run.name=x"]),
    "replay": (ReplayConfig, ["run=x", "step=3"]),
    "benchmark": (BenchmarkConfig, []),
    "doctor": (DoctorConfig, []),
    "serve": (ServeConfig, []),
}
"""Each script's tree, and the dials without which it is not legal."""

LEAST = {
    "train": {
        "run.seed": 0, "run.tokens_per_step": 1, "run.micro_batch_size": 1, "run.threads": 0,
        "run.workers": 0, "run.validate_every": 0, "run.validate_stories": 0,
        "run.checkpoint_every": 0, "run.keep_checkpoints": 1, "run.log_every": 1,
        "run.sample_tokens": 0, "run.snapshots": 0,
        "tokenizer.vocab_size": 257, "tokenizer.max_bytes": 1,
        "data.train_stories": 1, "data.valid_stories": 1, "data.seed": 0, "data.characters": 2,
        "data.length": 0, "data.distance": 0, "data.shard_tokens": 1_024, "data.workers": 0,
        "model.vocab_size": 1, "model.context_length": 1, "model.n_layers": 1, "model.d_model": 1,
        "model.head_dim": 1, "model.queries_per_kv": 1, "model.d_ff_multiple": 1,
        "schedule.steps": 1, "schedule.tokens": 1, "lora.rank": 1,
    },
    "generate": {"count": 1, "max_tokens": 0, "top_k": 0, "seed": -(2**63) + 1, "context_length": 0,
                 "threads": 0, "beams": 1},
    "replay": {"step": 0, "threads": 0},
    "benchmark": {"kills": 0, "trials": 1, "trial": -1, "seed": 0, "threads": 0, "rounds": 1,
                  "steps": 1, "n_layers": 1, "d_model": 1, "head_dim": 1, "vocab_size": 1,
                  "context_length": 1, "batch_size": 1, "mb": 1,
                  "valid_stories": 1, "seeds": 1, "budget_steps": 0, "points": 1},
    "atlas": {"stories": 0, "draws": 10, "threads": 0},
    "evaluate": {"stories": 1, "seed": 0, "threads": 0, "tellings": 1, "max_tokens": 0,
                 "judge.samples": 1, "judge.concurrency": 1, "judge.anchors": 0,
                 "judge.retries": 0, "judge.most_requests": 0},
    "serve": {"port": 0, "max_tokens": 1, "concurrency": 1, "queue": 0, "prompt_bytes": 1,
              "threads": 0},
}  # fmt: skip
"""The smallest legal value of each whole number."""
LEAST["import_model"] = {
    name: least for name, least in LEAST["train"].items() if name.startswith("data.")
}
LEAST["doctor"] = LEAST["import_model"] | {"examples": 0}

BEYOND = {
    "run.sample_temperature": "-0.1",
    "run.checkpoint_gib": "-0.1",
    "run.spike_sigmas": "-0.1",
    "data.valid_share": "1.0",
    "data.vocabulary": "1.5",
    "model.mlp_ratio": "0.0",
    "model.norm_eps": "0.0",
    "model.rope_theta": "0.0",
    "model.rope_factor": "0.5",
    "model.logit_softcap": "-1.0",
    "model.dropout": "1.0",
    "model.init_std": "0.0",
    "optim.learning_rate": "0.0",
    "optim.momentum": "1.0",
    "optim.muon_ratio": "0.0",
    "optim.beta1": "1.0",
    "optim.beta2": "1.0",
    "optim.eps": "0.0",
    "optim.weight_decay": "-0.1",
    "optim.clip": "-0.1",
    "optim.average_decay": "1.0",
    "schedule.passes": "0.0",
    "schedule.flops": "0.0",
    "schedule.minutes": "0.0",
    "schedule.warmup": "1.1",
    "schedule.decay": "1.1",
    "schedule.final": "1.1",
    "lora.alpha": "0.0",
    "sweep.minutes": "-0.1",
    "temperature": "-0.1",
    "top_p": "0.0",
    "min_p": "1.0",
    "repetition_penalty": "0.0",
    "length_penalty": "-0.1",
    "minutes": "0.0",
    "ours_minutes": "-0.1",
    "similarity": "0.2",
    "judge.temperature": "-0.1",
    "judge.timeout": "0.0",
    "memory_gib": "0.0",
    "timeout": "0.0",
    "grace": "-0.1",
}
"""For each number with a fraction: one that is beyond its range."""

NO_FILE_NAME = ["''", "../x", "'two words'", "'a\nb'", "'a\0b'"]
NO_PATH = ["'a\nb'", "'a\0b'", "' '", "[a]", "null"]
NO_TEXT = ["[a]", "[]", "{a:1}", "{}", "null"]
TEXTS = {
    "run.name": ["''", "../x", "'a\nb'", "'a\0b'", "[a]"],
    "run.label": NO_FILE_NAME,
    "run.folder": ["''", *NO_PATH],
    "run.loss_after": NO_TEXT,
    "tokenizer.name": NO_FILE_NAME,
    "tokenizer.split": ["''", "'('", "'[a'", "'*'", "null"],
    "tokenizer.source": NO_PATH,
    "tokenizer.folder": ["''", *NO_PATH],
    "data.name": NO_FILE_NAME,
    "data.hub_id": [*NO_PATH, "'a b'", "a/b/c"],
    "data.revision": ["''", *NO_PATH],
    "data.text_field": ["''", "'a\nb'", "[a]", "{a:1}", "null"],
    "data.dtype": ["int16", "uint8", "16", "[uint16]", "null"],
    "data.folder": ["''", *NO_PATH],
    "model.style": NO_FILE_NAME,
    "model.size": NO_FILE_NAME,
    "sweep.name": ["../x", "'two words'", "'a\nb'", "'a\0b'", "[a]"],
    "sweep": NO_FILE_NAME,
    "init_from": NO_PATH,
    "run": ["''", *NO_PATH],
    "checkpoint": ["bset", "-1", "1.5", "''", "null", "[best]"],
    "prompt": NO_TEXT,
    "drafter": NO_PATH,
    "folder": NO_PATH,
    "peers": NO_PATH,
    "openings": NO_PATH,
    "table": [*NO_PATH, "table.txt", "table"],
    "judge.cache": ["''", *NO_PATH],
    "text": NO_PATH,
    "valid": NO_PATH,
    "push_to": ["owner", "'a b/c'", "a/b/c", "[a/b]", "null"],
    "source": ["''", *NO_PATH],
    "tokenizer_file": NO_PATH,
    "revision": ["''", *NO_PATH],
    "host": ["''", *NO_PATH],
    "api_key_variable": ["a-b", "'a b'", "3a", "'a=b'", "[a]", "null"],
}
"""Five or more wrong values of each text."""

LISTS = {
    "run.sample_prompts": ["Once", "3", "{a:1}", "[[a]]", "[null]"],
    "data.train": ["a.txt", "{a:1}", "[[a]]", "['']", "['a\nb']"],
    "data.valid": ["a.txt", "{a:1}", "[[a]]", "['']", "['a\0b']"],
    "model.windows": ["256", "[many]", "[1.5]", "[-1]", "[]"],
    "pair": ["a", "[a]", "{a:1}", "[[a]]", "[null]", "['','']"],
    "stop": ["once", "{a:1}", "[[a]]", "[null]", "['']"],
    "contenders": ["nanoGPT", "{a:1}", "[[a]]", "[null]", "['']", "['a\nb']"],
    "ours": ["optim:muon", "[:3]", "{a:1}", "[[a]]", "[null]", "[swift]", "['a=\nb']"],
    "theirs": ["n_layer:4", "{a:1}", "[[a]]", "[null]", "[n_layer]", "['']"],
    "rates": ["0.1", "[many]", "[0.0]", "[]", "[nan]", "[[0.1]]"],
    "suite": ["bits", "{a:1}", "[bitz]", "[[bits]]", "[null]"],
    "judge.model": ["{a:1}", "[]", "[[a]]", "[null]", "'a\nb'"],
    "judge.base_url": ["http://127.0.0.1/v1", "{a:1}", "[]", "[[a]]", "localhost"],
    "judge.key_variable": ["sk-123", "{a:1}", "[]", "'a b'", "[null]"],
    "judge.price_in": ["-1", "[]", "{a:1}", "[many]", "nan"],
    "judge.price_out": ["-1", "[]", "{a:1}", "[many]", "nan"],
    "lora.targets": ["query", "{a:1}", "[]", "[querry]", "[[query]]"],
    "run": ["{a:1}", "[]", "[[a]]", "[null]", "null", "['']", "['a\nb']"],
    "runs": ["a", "{a:1}", "[[a]]", "[null]", "['']", "[../x]", "['a\nb']"],
    "cors": ["a", "{a:1}", "[[a]]", "[null]", "['']", "[example.org]", "['https://a b']"],
}
IN_LABEL = ("model", "model.style", "model.size", "data", "data.name")
"""Dials of which conf/train.yaml makes run.label, which then is the one that refers to nothing."""
FILES = "data.kind=text data.train=[a] data.valid=[b]"
OPEN = ("trainer", "callbacks", "logger")


def kind_of(schema, dial):
    """A dial's type without Optional, and whether null is legal."""
    for part in dial.split("."):
        schema = typing.get_type_hints(schema)[part]
        if isinstance(schema, types.UnionType):
            return typing.get_args(schema)[0], True
    return schema, False


def wrong_values(script, dial):
    """Values that the dial must refuse, as they are written on the command line."""
    schema, _ = TREES[script]
    kind, optional = kind_of(schema, dial)
    if dataclasses.is_dataclass(kind):
        return ["3", "text", "[1]", "null", "{no_such_dial:3}"]
    null = ["true" if optional else "null"]
    if kind is int:
        return ["many", "1.5", "nan", "[1]", str(LEAST[script][dial] - 1), str(2**63), *null]
    if kind is float:
        return ["many", "nan", "inf", "-inf", "[0.5]", BEYOND[dial], *null]
    if kind is bool:
        return ["maybe", "2", "0.5", "[true]", *null]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        name = next(iter(kind)).name
        return [name + "s", name[1:], name.upper() + "_", "3", f"[{name}]", *null]
    return LISTS[dial] if kind is not str else TEXTS[dial]


@pytest.fixture(scope="module")
def trees():
    """Each script's tree as Hydra composed it, before its dials are checked; pickled, which is the
    quickest way to many copies."""
    return {script: pickle.dumps(composed(script)) for script in TREES}


def composed(script, *words):
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose(script, [*TREES[script][1], *words])


def merged(tree, *words):
    """The tree with what the command line says merged into it, as Hydra's own compose does it."""
    copy = pickle.loads(tree)
    overrides = OverridesParser.create().parse_overrides(overrides=list(words))
    ConfigLoaderImpl._apply_overrides_to_config(overrides, copy)
    return copy


def refusal(make, *words):
    """The line in which what `make` composes of the words is refused, or None."""
    try:
        to_config(make(*words))
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        return one_line(error)
    return None


def every_dial():
    return [
        (script, dial)
        for script, (schema, _) in TREES.items()
        for dial in dial_names(schema)
        if dial not in OPEN
    ]


@pytest.mark.parametrize(("script", "dial"), every_dial())
def test_a_dial_refuses_what_is_wrong_for_it(trees, script, dial):
    values = wrong_values(script, dial)
    assert len(values) >= 5
    for value in [*values, *([] if dial in IN_LABEL else ["${nothing}"])]:
        line = refusal(merged, trees[script], f"{dial}={value}")
        assert line is not None, f"{dial}={value!r} is accepted"
        assert dial in line, f"{dial}={value!r}: {line}"
        assert line.isprintable(), f"{dial}={value!r}: {line!r}"  # no line break among others


def test_the_dials_of_every_script_are_asked():
    assert {schema for schema, _ in TREES.values()} == set(SCHEMAS.values())


@pytest.mark.parametrize("script", TREES)
def test_what_is_not_touched_is_accepted(trees, script):
    """Else everything would be refused for a reason of its own."""
    assert isinstance(to_config(merged(trees[script])), TREES[script][0])


@pytest.mark.parametrize(
    ("script", "word", "line"),
    [
        ("train", "garbage", "garbage: a dial is given as name=value"),
        ("train", "tokenizer.split=(", "tokenizer.split=(: a dial is given as name=value"),
        ("train", "optim.lr=3", "did you mean optim.learning_rate?"),
        ("train", "model.n_layers=99999999", "must be at most 1000"),
        ("train", "optim=sgd", "there is no optim=sgd; choose one of adamw, muon"),
        ("train", "model.windows=256", "write model.windows='[256]'"),
        ("train", "optim.learning_rate=nan", "optim.learning_rate=nan must be a finite number"),
        ("train", "run.compile=2", "run.compile=2: Value '2'"),
        ("train", "trainer.max_steps=3", "trainer.max_steps is set by the run itself"),
        ("train", "callbacks.x=3", "callbacks.x needs a `_target_`"),
        ("generate", "stream=maybe", "stream=maybe: "),
        ("evaluate", "run=[[a]]", "run=[['a']]"),
        ("export", "format=ggml", "format=ggml: "),
        ("export", "format=???", "format is missing; give format=huggingface, llama2c or gguf"),
        ("import_model", "run.name=a/b", "run.name='a/b' cannot name a folder"),
        ("serve", "port=65536", "port=65536 must be at most 65535"),
        ("serve", "api_key_variable=sk-3", "give its name, not the key itself"),
    ],
)
def test_a_refusal_reads_the_same_on_the_whole_way(script, word, line):
    assert line in refusal(composed, script, word)


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("lora=3", "lora=3: "),
        ("run.seed=???", "run.seed=??? is no value; leave run.seed out"),
        ("schedule.passes=???", "schedule.passes=??? is no value"),
        ("trainer.max_steps=null", "trainer.max_steps is set by the run itself"),
        ("trainer.precision=bf16", "use run.precision instead"),
        ("trainer.devices=???", "trainer.devices=??? is no value"),
        ("callbacks.x={a:1}", "callbacks.x needs a `_target_`"),
        ("callbacks.progress=3", "callbacks.progress needs a `_target_`"),
        ("logger.x=[1]", "logger.x needs a `_target_`"),
    ],
)
def test_open_nodes_and_missing_values_are_refused_too(trees, word, line):
    assert line in refusal(merged, trees["train"], word)


@pytest.mark.parametrize(
    ("script", "words", "line"),
    [
        ("train", "schedule.kind=constant schedule.final=0.5", "schedule.final=0.5 contradicts"),
        ("train", "schedule.kind=constant", "schedule.final=0.1 contradicts"),
        ("train", "schedule.decay=0.5", "schedule.decay=0.5 would do nothing: it needs"),
        ("train", "optim.kind=adamw optim.momentum=0.9", "it needs optim=muon"),
        ("train", "optim.kind=adamw optim.muon_ratio=2.0", "it needs optim=muon"),
        ("train", "optim.average_decay=0.9", "it needs optim.average=ema"),
        ("train", "model.position=learned model.rope_theta=5e5", "it needs model.position=rope"),
        ("train", "tokenizer.source=gpt2", "it needs tokenizer.kind=pretrained or top"),
        ("train", "data.train=[a.txt]", "it needs files: choose data=text_files"),
        ("train", "data.hub_id=a/b", "it needs data.kind=hub"),
        ("train", "data.dtype=uint32", "it needs data.kind=bin"),
        ("train", "data.valid_share=0.1", "without data.valid"),
        (
            "train",
            "data.kind=hub data.hub_id=a/b data.train=[a] data.valid=[b] data.valid_share=0.1",
            "without data.valid",
        ),
        (
            "train",
            "data.kind=hub data.hub_id=a/b data.train=[a] data.valid=[b] data.seed=2",
            "it needs data.kind=fables",
        ),
        (
            "train",
            "data.kind=hub data.hub_id=a/b data.train=[a] data.valid=[b] data.instruct=true",
            "it needs data.kind=fables",
        ),
        ("train", "init_from=x finetune=lora optim.kind=muon", "give optim=adamw"),
        ("generate", "rope_scaling=yarn", "it needs a context_length"),
        ("generate", "length_penalty=0.5", "it needs beams above 1"),
        ("generate", "beams=4 top_k=3", "it needs beams=1"),
        ("generate", "beams=4 stop=[a]", "it needs beams=1"),
        ("generate", "beams=2 count=3", "raise beams"),
        ("generate", "interactive=true count=3", "it needs interactive=false"),
        ("generate", "drafter=x slide=true", "it needs no drafter"),
        ("export", "private=false", "it needs push_to=<owner/name>"),
        ("import_model", "tokenizer_file=tok.bin", "it needs a llama2.c .bin file"),
        ("benchmark", "what=damage kills=3", "it needs what=resume or sweep"),
        ("benchmark", "trials=3", "it needs what=damage"),
        ("benchmark", "peers=x", "it needs what=train, learn, tokenize, generate or overhead"),
        ("benchmark", "what=generate batch_size=3", "it needs what=train"),
        ("benchmark", "what=train minutes=3", "it needs what=learn"),
        ("benchmark", "what=train pair=[a,b]", "it needs what=generate"),
        ("benchmark", "what=learn valid=a.txt", "it needs a text"),
        ("benchmark", "what=learn mb=3", "it needs what=tokenize"),
        ("benchmark", "what=train text=a.txt", "it needs what=learn or tokenize"),
        ("benchmark", "what=learn rounds=2", "what=learn has seeds"),
        ("benchmark", "what=train d_model=100", "try d_model=128"),
    ],
)
def test_a_dial_that_would_do_nothing_is_refused(trees, script, words, line):
    assert line in refusal(merged, trees[script], *words.split())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("train", "schedule.kind=wsd schedule.decay=0.5 schedule.final=0.5"),
        ("train", "schedule.kind=constant schedule.final=1"),
        ("train", "optim.kind=muon optim.momentum=0.9 optim.muon_ratio=2.0"),
        ("train", "optim.average=ema optim.average_decay=0.9"),
        ("train", "data.kind=text data.train=[a.txt] data.valid_share=0.1 data.text_field=story"),
        ("train", f"{FILES} tokenizer.kind=bytes tokenizer.vocab_size=257"),
        ("generate", "context_length=512 rope_scaling=yarn"),
        ("generate", "checkpoint=300 seed=0 temperature=0"),
        ("generate", "beams=4 count=4 length_penalty=0.0 max_tokens=9"),
        ("generate", "stop=[a,b] repetition_penalty=1.2 drafter=x int8=true interactive=true"),
        ("evaluate", "run=[a,b,3]"),
        ("export", "format=huggingface push_to=a/b private=false"),
        ("import_model", "source=a.bin tokenizer_file=b.bin run.name=a"),
        ("benchmark", "what=train peers=x rounds=1 contenders=[storylm] steps=3 d_model=128"),
        ("benchmark", "what=tokenize text=a.txt mb=300"),
        ("benchmark", "what=generate pair=[runs/a,b]"),
        ("serve", "runs=[a,b] cors=['https://a.org:8','*'] api_key_variable=A_KEY drafter=c"),
    ],
)  # fmt: skip
def test_the_same_dials_are_accepted_where_they_do_something(trees, script, words):
    assert refusal(merged, trees[script], *words.split()) is None
