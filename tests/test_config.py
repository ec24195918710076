"""Dials: what is refused and in which words, and what makes a run the same run."""

import dataclasses

import pytest
from omegaconf import OmegaConf

from storylm.config import (
    Average,
    DataConfig,
    DataKind,
    GenerateConfig,
    ModelConfig,
    OptimConfig,
    RunConfig,
    ScheduleConfig,
    TokenizerConfig,
    TokenizerKind,
    TrainConfig,
    dial_names,
    fingerprint,
    from_plain,
    identity,
    run_name,
    to_config,
    to_plain,
    unknown_dial,
)


def config(**sections):
    return TrainConfig(**{"schedule": ScheduleConfig(steps=10), **sections})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ModelConfig(d_model=100), "model.d_model=100.*try model.d_model=96"),
        (lambda: ModelConfig(queries_per_kv=3), "model.queries_per_kv=3.*try model.queries_per_kv"),
        (lambda: ModelConfig(d_model=33, head_dim=33), "model.head_dim=33 must be even"),
        (lambda: ModelConfig(dropout=1.0), "model.dropout=1.0"),
        (lambda: ModelConfig(windows=[]), "model.windows"),
        (lambda: ModelConfig(n_layers=0), "model.n_layers=0 must be at least 1"),
        (lambda: OptimConfig(learning_rate=0), "optim.learning_rate=0"),
        (lambda: OptimConfig(beta2=1.0), "optim.beta2=1.0"),
        (lambda: ScheduleConfig(), "exactly one of schedule.steps"),
        (lambda: ScheduleConfig(steps=1, tokens=2), "schedule.steps=1, schedule.tokens=2"),
        (lambda: config(schedule=ScheduleConfig(steps=0)), "schedule.steps=0 must be positive"),
        (lambda: ScheduleConfig(steps=1, warmup=2), "schedule.warmup=2"),
        (lambda: TokenizerConfig(vocab_size=100), "tokenizer.vocab_size=100"),
        (lambda: TokenizerConfig(kind=TokenizerKind.top), "tokenizer.source is empty"),
        (lambda: TokenizerConfig(kind=TokenizerKind.bytes), "which has 257 ids"),
        (lambda: DataConfig(kind=DataKind.text), "data.train is empty"),
        (lambda: DataConfig(kind=DataKind.hub, train=["x"]), "data.hub_id is empty"),
        (lambda: DataConfig(dtype="int8"), "data.dtype=int8"),
        (lambda: DataConfig(name="../x"), "data.name='../x' cannot name a folder"),
        (lambda: RunConfig(name="a/b"), "run.name='a/b' cannot name a folder"),
        (lambda: RunConfig(micro_batch_size=0), "run.micro_batch_size=0"),
        (lambda: config(run=RunConfig(tokens_per_step=1_000)), "try run.tokens_per_step=1024"),
        (lambda: config(trainer={"max_steps": 3}), "trainer.max_steps.*use schedule.steps"),
        (lambda: GenerateConfig(run="x", top_p=0.0), "top_p=0.0"),
        (lambda: GenerateConfig(run="x", temperature=float("nan")), "temperature=nan"),
    ],
)
def test_a_wrong_value_is_refused_with_its_dial(make, words):
    with pytest.raises(ValueError, match=words) as refusal:
        make()
    assert "\n" not in str(refusal.value)


def test_an_unknown_dial_is_refused_with_the_nearest_right_one():
    known = dial_names(TrainConfig)
    assert unknown_dial("model.n_layer", known).endswith("did you mean model.n_layers?")
    assert unknown_dial("optim.lr_rate", known).startswith("there is no dial optim.lr_rate")
    assert unknown_dial("run.d_model", known).endswith("did you mean model.d_model?")


def test_a_dial_slipped_in_by_plus_is_refused():
    node = OmegaConf.structured(TrainConfig(schedule=ScheduleConfig(steps=1)))
    OmegaConf.update(node, "model.foo", 3, force_add=True)  # as Hydra does it
    with pytest.raises(ValueError, match=r"there is no dial model\.foo"):
        to_config(node)


def test_plain_and_back_is_the_same_config():
    one = config(model=ModelConfig(windows=[0, 4]), optim=OptimConfig(average=Average.ema))
    plain = to_plain(one)
    assert from_plain(TrainConfig, plain) == one
    import json

    assert json.loads(json.dumps(plain)) == plain


def test_from_plain_fills_in_defaults_and_refuses_unknown_dials():
    plain = to_plain(config())
    del plain["model"]["rope_theta"]
    assert from_plain(TrainConfig, plain) == config()
    plain["model"]["rope_thetta"] = 1.0
    with pytest.raises(ValueError, match=r"model\.rope_thetta; did you mean model\.rope_theta"):
        from_plain(TrainConfig, plain)


def test_free_dials_leave_the_identity_alone():
    one = config()
    for other in (
        config(run=RunConfig(threads=3, workers=2, micro_batch_size=4, name="x")),
        config(trainer={"devices": 4}, logger={"a": {}}, data=DataConfig(folder="elsewhere")),
    ):
        assert identity(other) == identity(one)


def test_every_other_dial_is_part_of_the_identity():
    one = config(run=RunConfig(name="x"))
    for name in dial_names(TrainConfig):
        section, _, dial = name.partition(".")
        if not dial:
            continue
        node = getattr(one, section)
        found = next(f for f in dataclasses.fields(node) if f.name == dial)
        value = getattr(node, dial)
        try:
            object.__setattr__(node, dial, "something else")
            assert (name in identity(one)) != bool(found.metadata.get("free")), name
        finally:
            object.__setattr__(node, dial, value)


def test_another_identity_is_another_name_and_the_same_one_is_the_same():
    one, two = config(), config(run=RunConfig(seed=2))
    assert run_name(one) == run_name(config())
    assert run_name(one) != run_name(two)
    assert run_name(config(run=RunConfig(threads=7))) == run_name(one)
    assert run_name(config(run=RunConfig(name="mine"))) == "mine"


def test_a_name_says_which_dials_were_overridden():
    one = config(model=ModelConfig(n_layers=2), run=RunConfig(label="llama_s_fables", threads=1))
    name = run_name(one, ["model.n_layers=2", "run.threads=1", "model=llama"])
    assert name.startswith("llama_s_fables_n_layers2_")
    assert "threads" not in name


def test_a_new_dial_at_its_default_would_not_change_an_identity():
    assert identity(config()) == {"schedule.steps": 10}
    assert len(fingerprint(identity(config()))) == 64
