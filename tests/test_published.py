"""Published configurations are experiments, and have the parameters that were published."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from storylm.config import ModelConfig, TrainConfig, register, to_config
from storylm.model.size import count_parameters, non_embedding_parameters
from storylm.model.transformer import Transformer

CONF = Path(__file__).parents[1] / "conf"

PARAMETERS = {
    "gpt_neo_s": 3_647_680,
    "gpt_neo_m": 19_309_312,
    "tinystories_1m": 3_745_984,
    "tinystories_3m": 8_278_400,
    "tinystories_8m": 19_702_528,
    "tinystories_28m": 51_987_968,
    "tinystories_33m": 68_514_048,
    "tinystories_1layer_21m": 66_155_520,
    "tinystories_2layers_33m": 78_748_672,
    "rope_512x8": 76_683_264,
    "slm_30m": 29_995_392,
    "gpt2_8k_2l": 21_250_560,
    "llama2c_260k": 260_032,
    "llama2c_15m": 15_191_712,
    "llama2c_42m": 41_689_600,
    "llama2c_110m": 109_529_856,
}


def compose_config(*overrides: str) -> TrainConfig:
    register()
    with initialize_config_dir(version_base="1.3", config_dir=str(CONF)):
        return to_config(compose("train", overrides=["callbacks=none", *overrides]))


@pytest.mark.parametrize("name", PARAMETERS)
def test_published_configuration_has_the_published_parameters(name):
    config = compose_config(f"experiment={name}")
    assert config.run.label == name
    assert config.data.name == "tinystories"
    assert config.model.vocab_size == config.tokenizer.vocab_size
    assert count_parameters(config.model) == PARAMETERS[name]
    with torch.device("meta"):
        model = Transformer(config.model)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name.startswith("tinystories")])
def test_papers_models_learn_as_its_model_card_says(name):
    config = compose_config(f"experiment={name}")
    assert config.model.n_heads == 16
    assert config.model.windows == [0, 256]
    assert not config.model.scale_attention
    assert config.run.tokens_per_step == 655_360
    optim = config.optim
    assert (optim.learning_rate, optim.beta1, optim.beta2) == (5e-4, 0.9, 0.95)
    assert optim.weight_decay == 0.1
    assert (config.schedule.kind.value, config.schedule.warmup) == ("constant", 0)


def test_feed_forward_widths_follow_llama2c():
    widths = {"260k": 172, "15m": 768, "42m": 1376, "110m": 2048}
    for size, width in widths.items():
        model = compose_config(f"experiment=llama2c_{size}").model
        assert model.d_ff == width
        assert model.n_kv_heads == (4 if size == "260k" else model.n_heads)


@pytest.mark.parametrize("style", ["gpt2", "gpt_neo", "llama"])
@pytest.mark.parametrize("size", ["xs", "s", "m", "l", "xl"])
def test_every_style_comes_in_every_size(style, size):
    config = ModelConfig()
    for group, name in (("model", style), ("size", size)):
        dials = OmegaConf.load(CONF / group / f"{name}.yaml")
        config = OmegaConf.merge(OmegaConf.structured(config), dials)
    config = OmegaConf.to_object(config)
    assert (config.style, config.size) == (style, size)
    with torch.device("meta"):
        model = Transformer(config)
    assert sum(p.numel() for p in model.parameters()) == count_parameters(config)


def test_sizes_grow_about_fourfold():
    sizes = []
    for size in ("xs", "s", "m", "l", "xl"):
        dials = OmegaConf.load(CONF / "size" / f"{size}.yaml")
        config = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(ModelConfig), dials))
        sizes.append(non_embedding_parameters(config))
    assert all(2.5 < large / small < 10 for small, large in pairwise(sizes))
