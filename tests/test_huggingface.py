"""Hugging Face, both ways: what we export computes there what it computed here, and back."""

import json
import math
import shutil
from pathlib import Path
from typing import ClassVar

import pytest
import safetensors.torch
import test_transformer
import tokenizers
import torch
from omegaconf import OmegaConf

from storylm import generation
from storylm.checkpoint import Run, load_run
from storylm.config import (
    MLP,
    ExportConfig,
    Format,
    ImportConfig,
    ImportedRunConfig,
    ModelConfig,
    RopeScaling,
    RunConfig,
    ScheduleConfig,
    TokenizerConfig,
    TrainConfig,
)
from storylm.export import huggingface
from storylm.export.architectures import ARCHITECTURES
from storylm.export.exporting import export_run
from storylm.export.importing import Imported, import_run
from storylm.model.size import count_parameters
from storylm.model.transformer import Transformer
from storylm.tokenizer import build_tokenizer
from storylm.tokenizer.scored import BYTE_PIECES, from_scores

ROOT = Path(__file__).parent.parent
STORIES = [
    f"Once upon a time, {who} found {n} red shoes.\n\n“It's mine!” said {who}.\tThe end."
    for n, who in enumerate(["Mia", "Tom", "Zoë", "the old dog", "a small 🐉", "Ann's cat"] * 9)
]
VOCABULARY = 320
SMALL = {"vocab_size": VOCABULARY, "context_length": 24, "n_layers": 3, "d_model": 32}
SMALL |= {"head_dim": 8}
GPT2 = test_transformer.GPT2 | {"style": "gpt2"}
NEO = test_transformer.NEO | {"style": "gpt_neo"}
LLAMA = {"style": "llama", "tie_embeddings": False}
NANOCHAT = test_transformer.NANOCHAT | {"style": "nanochat"}
BASE = {"gpt2": GPT2, "gpt_neo": NEO, "llama": LLAMA, "nanochat": NANOCHAT}
SHAPES = {
    "gpt2": GPT2,
    "gpt2 one layer, one head": GPT2 | {"n_layers": 1, "head_dim": 32},
    "gpt2 odd heads": GPT2 | {"d_model": 30, "head_dim": 5, "mlp_ratio": 2.3, "d_ff_multiple": 1},
    "gpt2 untied": GPT2 | {"tie_embeddings": False},
    "gpt2 narrow": GPT2 | {"head_dim": 1, "norm_eps": 1e-3},
    "gpt2 wide windows": GPT2 | {"windows": [0, 24, 99], "mlp_ratio": 1.0},
    "gpt_neo": NEO,
    "gpt_neo all local": NEO | {"windows": [3]},
    "gpt_neo all global": NEO | {"windows": [0], "n_layers": 2},
    "gpt_neo one in three": NEO | {"windows": [7, 0, 0], "n_layers": 4},
    "gpt_neo narrow": NEO | {"windows": [0, 1], "head_dim": 2, "norm_eps": 1e-3},
    "gpt_neo wide windows": NEO | {"windows": [24, 0, 5], "n_layers": 5},
    "gpt_neo untied": NEO | {"tie_embeddings": False, "mlp_ratio": 3.0},
    "llama": LLAMA,
    "llama grouped": LLAMA | {"queries_per_kv": 2},
    "llama one key": LLAMA | {"queries_per_kv": 4, "rope_theta": 500.0},
    "llama tied": LLAMA | {"tie_embeddings": True, "norm_eps": 1e-6},
    "llama biased": LLAMA | {"bias": True, "qkv_bias": True},
    "llama narrow heads": LLAMA | {"head_dim": 2, "mlp_ratio": 1.7},
    "llama linear": LLAMA | {"rope_scaling": RopeScaling.linear, "rope_factor": 3.0},
    "llama ntk": LLAMA | {"rope_scaling": RopeScaling.ntk, "rope_factor": 2.0},
    "llama ntk narrow": LLAMA
    | {"rope_scaling": RopeScaling.ntk, "rope_factor": 2.0, "head_dim": 2},
    "llama yarn": LLAMA
    | {"rope_scaling": RopeScaling.yarn, "rope_factor": 4.0, "context_length": 96}
    | {"d_model": 64, "head_dim": 32, "rope_theta": 100.0},
    "nanochat": NANOCHAT,
    "nanochat grouped": NANOCHAT | {"queries_per_kv": 2},
    "nanochat tied": NANOCHAT | {"tie_embeddings": True},
    "nanochat uncapped": NANOCHAT | {"logit_softcap": 0.0},
    "nanochat low cap": NANOCHAT | {"logit_softcap": 2.5, "n_layers": 1},
    "nanochat one key": NANOCHAT | {"queries_per_kv": 4, "rope_theta": 50.0, "norm_eps": 1e-2},
    "nanochat linear": NANOCHAT | {"rope_scaling": RopeScaling.linear, "rope_factor": 2.5},
    "nanochat ntk": NANOCHAT | {"rope_scaling": RopeScaling.ntk, "rope_factor": 2.0},
}


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(TokenizerConfig(vocab_size=VOCABULARY), lambda: iter(STORIES))


@pytest.fixture(scope="module")
def scored():
    """A vocabulary of LLaMA's kind, with a blank before every text."""
    text = " ".join(STORIES[:6])
    parts = sorted({text[i : i + n] for n in (2, 3, 4) for i in range(len(text) - n)}, key=len)
    pieces = ["<unk>", "<s>", "</s>", *BYTE_PIECES, *sorted(set(text)), *parts]
    return from_scores(pieces, [-float(id) for id in range(len(pieces))], blank=" ")


def build(dials: dict, **others: object) -> Transformer:
    """A tiny model whose weights are all large and random, so that every part matters."""
    torch.manual_seed(0)
    model = Transformer(ModelConfig(**SMALL | dials | others)).eval()
    shake(model)
    return model


def shake(model: torch.nn.Module) -> None:
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, mean=float(parameter.dim() == 1), std=0.2)


def run_of(model: Transformer, tokenizer, folder: Path, **dials: object) -> Run:
    config = TrainConfig(
        run=RunConfig(name="nap", tokens_per_step=model.config.context_length),
        model=model.config,
        schedule=ScheduleConfig(steps=9),
        **dials,
    )
    return Run(folder, folder / "checkpoints" / "step_0000009.ckpt", 9, config, model, tokenizer)


def export(model: Transformer, tokenizer, folder: Path) -> Path:
    folder.mkdir(parents=True)
    run = run_of(model, tokenizer, folder.parent)
    huggingface.check(run)
    huggingface.export(run, folder)
    return folder


def load_there(folder: Path):
    transformers = pytest.importorskip("transformers", minversion="5")
    model, told = transformers.AutoModelForCausalLM.from_pretrained(
        folder, output_loading_info=True
    )
    assert not any(told.values()), told
    return model.eval()


def some_ids(config: ModelConfig, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(config.vocab_size, (batch, config.context_length), generator=generator)


@torch.no_grad()
def assert_same_logits(ours: Transformer, theirs: torch.nn.Module) -> None:
    ids = some_ids(ours.config)
    got, wanted = ours(ids), theirs(ids).logits
    assert (got - wanted).abs().max() <= 1e-5 * wanted.abs().max()
    assert count_parameters(ours.config) == theirs.num_parameters()


def ours_of(imported: Imported) -> Transformer:
    model = Transformer(imported.model)
    model.load_state_dict(imported.weights)
    return model.eval()


def import_as_run(source: Path | str, home: Path) -> Run:
    import_run(
        ImportConfig(
            source=str(source), run=ImportedRunConfig(name=home.name, folder=str(home.parent))
        )
    )
    return load_run(home)


# ----------------------------------------------------------------------------------- the same model


@pytest.mark.parametrize("shape", SHAPES)
def test_transformers_computes_what_we_export(shape, tokenizer, tmp_path):
    ours = build(SHAPES[shape])
    theirs = load_there(export(ours, tokenizer, tmp_path / "there"))
    assert_same_logits(ours, theirs)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_leaves_comes_back_bit_for_bit(shape, tokenizer, tmp_path):
    ours = build(SHAPES[shape])
    folder = export(ours, tokenizer, tmp_path / "there")
    back = huggingface.import_model(str(folder))
    assert back.weights.keys() == ours.state_dict().keys()
    for name, tensor in ours.state_dict().items():
        assert torch.equal(back.weights[name], tensor), name
    assert back.tokenizer.fingerprint == tokenizer.fingerprint
    with torch.no_grad():
        ids = some_ids(ours.config)
        torch.testing.assert_close(ours_of(back)(ids), ours(ids), rtol=1e-5, atol=1e-6)
    for dial in ("style", "context_length", "rope_scaling", "d_ff", "head_dim", "queries_per_kv"):
        if "ntk" not in shape:  # which is a larger base there
            assert getattr(back.model, dial) == getattr(ours.config, dial), dial
    if "wide windows" not in shape:  # those that reach beyond the context come back as 0
        assert back.model.windows == ours.config.windows


GPT_THERE = {"vocab_size": VOCABULARY, "bos_token_id": 1, "eos_token_id": 1}
LLAMA_THERE = GPT_THERE | {"hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 56}
LLAMA_THERE |= {"num_attention_heads": 4, "max_position_embeddings": 24}
NEO_THERE = GPT_THERE | {"hidden_size": 32, "num_heads": 4, "max_position_embeddings": 24}
GPT2_THERE = GPT_THERE | {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 24}
LINEAR = {"rope_type": "linear", "factor": 2.0}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 24}
THERE = [
    ("gpt2", GPT2_THERE),
    ("gpt2", GPT2_THERE | {"n_inner": 40, "n_layer": 1}),
    ("gpt2", GPT2_THERE | {"tie_word_embeddings": False}),
    ("gpt2", GPT2_THERE | {"n_head": 1}),
    ("gpt2", GPT2_THERE | {"layer_norm_epsilon": 1e-2, "activation_function": "gelu_pytorch_tanh"}),
    ("gpt2", GPT2_THERE | {"n_embd": 30, "n_head": 6, "n_positions": 17}),
    ("gpt_neo", NEO_THERE | {"num_layers": 24, "hidden_size": 8, "window_size": 4}),
    (
        "gpt_neo",
        NEO_THERE | {"num_layers": 2, "attention_types": [[["local"], 2]], "window_size": 3},
    ),
    ("gpt_neo", NEO_THERE | {"num_layers": 2, "attention_types": [[["global"], 2]]}),
    (
        "gpt_neo",
        NEO_THERE
        | {"num_layers": 5, "window_size": 6}
        | {"attention_types": [[["global", "local"], 2], [["local"], 1]]},
    ),
    (
        "gpt_neo",
        NEO_THERE
        | {"num_layers": 2, "attention_types": [[["local", "global"], 1]], "window_size": 1}
        | {"intermediate_size": 48},
    ),
    (
        "gpt_neo",
        NEO_THERE
        | {"num_layers": 2, "attention_types": [[["local", "global"], 1]], "window_size": 9}
        | {"tie_word_embeddings": False, "layer_norm_epsilon": 1e-3},
    ),
    ("llama", LLAMA_THERE),
    ("llama", LLAMA_THERE | {"num_key_value_heads": 2, "rms_norm_eps": 1e-2}),
    ("llama", LLAMA_THERE | {"num_key_value_heads": 1, "tie_word_embeddings": True}),
    ("llama", LLAMA_THERE | {"attention_bias": True, "mlp_bias": True}),
    ("llama", LLAMA_THERE | {"rope_parameters": {"rope_type": "default", "rope_theta": 123.0}}),
    ("llama", LLAMA_THERE | {"rope_parameters": LINEAR | {"rope_theta": 500.0}}),
    ("llama", LLAMA_THERE | {"rope_scaling": LINEAR, "rope_theta": 700.0}),
    (
        "llama",
        LLAMA_THERE
        | {"rope_parameters": YARN | {"rope_theta": 100.0}, "max_position_embeddings": 96}
        | {"hidden_size": 64, "num_attention_heads": 2},
    ),
    ("nanochat", LLAMA_THERE),
    ("nanochat", LLAMA_THERE | {"num_key_value_heads": 2}),
    ("nanochat", LLAMA_THERE | {"num_key_value_heads": 1, "final_logit_softcapping": None}),
    ("nanochat", LLAMA_THERE | {"final_logit_softcapping": 3.0, "rms_norm_eps": 1e-2}),
    ("nanochat", LLAMA_THERE | {"tie_word_embeddings": True, "num_attention_heads": 2}),
    ("nanochat", LLAMA_THERE | {"rope_parameters": {"rope_type": "default", "rope_theta": 77.0}}),
    ("nanochat", LLAMA_THERE | {"rope_parameters": LINEAR}),
]


@pytest.mark.parametrize("number", range(len(THERE)))
def test_we_compute_what_transformers_saves(number, tokenizer, tmp_path):
    transformers = pytest.importorskip("transformers", minversion="5")
    kind, settings = THERE[number]
    config = transformers.AutoConfig.for_model(kind, **settings)
    theirs = transformers.AutoModelForCausalLM.from_config(config).eval()
    shake(theirs)
    theirs.save_pretrained(tmp_path)
    tokenizer.save(tmp_path / "tokenizer.json")
    ours = ours_of(huggingface.import_model(str(tmp_path)))
    assert_same_logits(ours, theirs)


@pytest.mark.parametrize("style", BASE)
def test_what_transformers_saves_again_is_still_the_same(style, tokenizer, tmp_path):
    transformers = pytest.importorskip("transformers", minversion="5")
    ours = build(BASE[style])
    folder, again = export(ours, tokenizer, tmp_path / "there"), tmp_path / "again"
    load_there(folder).save_pretrained(again, max_shard_size="20KB")
    transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(again)
    assert len(list(again.glob("model-*.safetensors"))) > 1
    run = import_as_run(again, tmp_path / "runs" / "back")
    assert run.tokenizer.fingerprint == tokenizer.fingerprint
    for name, tensor in ours.state_dict().items():
        assert torch.equal(run.model.state_dict()[name], tensor), name


@pytest.mark.parametrize("style", BASE)
def test_a_missing_setting_means_what_it_means_to_transformers(style, tokenizer, tmp_path):
    """Old files leave out what was the default."""
    transformers = pytest.importorskip("transformers", minversion="5")
    folder = export(build(BASE[style], tie_embeddings=style.startswith("gpt")), tokenizer,
                    tmp_path / "there")  # fmt: skip
    plain = json.loads((folder / "config.json").read_text())
    needed = ("model_type", "size", "layers", "layer", "embd", "heads", "head", "positions")
    needed += ("embeddings", "types")
    kept = {name: plain[name] for name in plain if name.split("_")[-1] in needed}
    kept.pop("window_size", None)
    kept.pop("tie_word_embeddings")
    (folder / "config.json").write_text(json.dumps(kept | {"model_type": plain["model_type"]}))
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    assert_same_logits(ours_of(huggingface.import_model(str(folder))), theirs)


@pytest.mark.parametrize("shape", [*BASE, "gpt_neo all local", "llama grouped", "llama linear"])
def test_a_hundred_greedy_tokens_are_equal(shape, tokenizer, tmp_path):
    ours = build(SHAPES[shape], context_length=128)
    theirs = load_there(export(ours, tokenizer, tmp_path / "there"))
    opening = [tokenizer.end_of_story, *tokenizer.encode("Once upon a time, Mia")]
    [told] = generation.generate(ours, [opening], max_tokens=100, temperature=0)
    prompt = torch.tensor([opening])
    [again] = theirs.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=100,
        do_sample=False,
        eos_token_id=None,
    ).tolist()
    assert len(told) == 100
    assert again == opening + told


def test_a_story_ends_there_where_it_ends_here(tokenizer, tmp_path):
    ours = build(LLAMA)
    theirs = load_there(export(ours, tokenizer, tmp_path / "there"))
    end = tokenizer.end_of_story
    assert theirs.generation_config.eos_token_id == theirs.config.eos_token_id == end
    assert theirs.generation_config.bos_token_id == end
    assert theirs.generation_config.max_length == ours.config.context_length
    assert theirs.generation_config.do_sample
    told = theirs.generate(torch.tensor([[end]]), attention_mask=torch.ones(1, 1))
    assert told.size(1) <= ours.config.context_length


# ---------------------------------------------------------------------------------------- tokenizer

TEXTS = [
    *STORIES[:7],
    "",
    " ",
    "  two  blanks ",
    "don't DON'T 123456 £5 — “no”",
    "a\n\n\n b\r\n\tc",
    "naïve 한국어 日本 👩‍👩‍👧 \u0301 \xa0\u2028",
    "\x00\x01 <|endoftext <|end|>",
]


def test_tokenizers_puts_the_end_of_the_story_before_it(tokenizer, tmp_path):
    folder = export(build(GPT2), tokenizer, tmp_path / "there")
    theirs = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in TEXTS:
        ids = tokenizer.encode(text)
        assert theirs.encode(text).ids == [tokenizer.end_of_story, *ids]
        assert theirs.encode(text, add_special_tokens=False).ids == ids
        pair = [tokenizer.end_of_story, *tokenizer.encode("b"), tokenizer.end_of_story, *ids]
        assert theirs.encode("b", text).ids == pair


@pytest.mark.parametrize("style", BASE)
def test_autotokenizer_gives_our_ids(style, tokenizer, tmp_path):
    transformers = pytest.importorskip("transformers", minversion="5")
    folder = export(build(BASE[style]), tokenizer, tmp_path / "there")
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    assert len(theirs) == tokenizer.vocab_size
    assert theirs.model_max_length == SMALL["context_length"]
    assert theirs.bos_token_id == theirs.eos_token_id == tokenizer.end_of_story
    for text in TEXTS:
        ids = tokenizer.encode(text)
        assert theirs(text)["input_ids"] == [tokenizer.end_of_story, *ids]
        assert theirs.encode(text, add_special_tokens=False) == ids
        assert theirs.decode(ids) == text
        assert theirs.decode([*ids, tokenizer.end_of_story], skip_special_tokens=True) == text


# ---------------------------------------------------------------------------------- what is refused


def test_a_scored_tokenizer_travels_too(scored, tmp_path):
    ours = build(LLAMA, vocab_size=scored.vocab_size, context_length=60)
    folder = export(ours, scored, tmp_path / "there")
    back = huggingface.import_model(str(folder))
    assert back.tokenizer.fingerprint == scored.fingerprint
    assert all(torch.equal(back.weights[name], t) for name, t in ours.state_dict().items())
    theirs = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in TEXTS:
        assert theirs.encode(text).ids == [1, *scored.encode(text)]


def test_a_scored_tokenizer_tells_the_same_story_there(scored, tmp_path):
    transformers = pytest.importorskip("transformers", minversion="5")
    ours = build(LLAMA, vocab_size=scored.vocab_size, context_length=90)
    folder = export(ours, scored, tmp_path / "there")
    tokenizer, model = transformers.AutoTokenizer.from_pretrained(folder), load_there(folder)
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<s>", "</s>")
    assert model.generation_config.eos_token_id == model.config.eos_token_id == [1, 2]
    prompt = tokenizer("Once upon", return_tensors="pt")
    told = model.generate(**prompt, do_sample=False, max_new_tokens=50)[0].tolist()
    opening = [1, *scored.encode("Once upon")]
    dials = {"ends": scored.ends, "temperature": 0, "max_tokens": 50}
    assert told == opening + generation.generate(ours, [opening], **dials)[0]
    for text in TEXTS:
        assert tokenizer(text)["input_ids"] == [1, *scored.encode(text)]
        assert tokenizer.decode(scored.encode(text)) == text


# ---------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("dials", "words"),
    [
        (LLAMA | {"windows": [0, 4]}, r"model\.windows=\[0, 4\].*model=llama.*windows=\[0\]"),
        (LLAMA | {"qk_norm": True}, r"model\.qk_norm=true.*model=llama .*qk_norm=false"),
        (LLAMA | {"qkv_bias": True}, r"model\.qkv_bias=true.*model=llama .*qkv_bias=false"),
        (LLAMA | {"scale_attention": False}, r"scale_attention=false.*model=llama "),
        (GPT2 | {"queries_per_kv": 2}, r"model\.queries_per_kv=2.*model=gpt2 .*per_kv=1"),
        (GPT2 | {"windows": [0, 4]}, r"model\.windows=\[0, 4\].*model=gpt2 "),
        (NEO | {"windows": [3, 4]}, r"model\.windows=\[3, 4\].*model=gpt_neo .*\[0, 4\]"),
        (GPT2 | {"scale_attention": False}, r"scale_attention=false.*model=gpt2 "),
        (NEO | {"scale_attention": True}, r"scale_attention=true.*model=gpt_neo "),
        (
            LLAMA | {"windows": [4], "scale_attention": False},
            r"model\.scale_attention=false and model\.windows=\[4\].*model=llama .*"
            r"scale_attention=true and model\.windows=\[0\]",
        ),
        (NANOCHAT | {"norm_weights": True}, r"model\.norm_weights=true.*model=nanochat "),
        (
            NANOCHAT | {"rope_scaling": RopeScaling.yarn, "rope_factor": 2.0},
            r"rope_scaling=yarn.*model=nanochat .*rope_scaling=linear",
        ),
        (NANOCHAT | {"mlp": MLP.gelu}, r"model\.mlp=gelu.*model=nanochat .*mlp=relu2"),
    ],
)
def test_a_model_without_an_architecture_is_refused(dials, words, tokenizer, tmp_path):
    run = run_of(build(dials), tokenizer, tmp_path)
    with pytest.raises(ValueError, match=words) as caught:
        huggingface.check(run)
    assert "\n" not in str(caught.value)


def edit(folder: Path, **settings: object) -> None:
    plain = json.loads((folder / "config.json").read_text()) | settings
    (folder / "config.json").write_text(json.dumps(plain))


def edit_tensors(folder: Path, change) -> None:
    tensors = safetensors.torch.load_file(folder / "model.safetensors")
    change(tensors)
    safetensors.torch.save_file(tensors, folder / "model.safetensors")


def cut_off(folder: Path) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[:-100])


def only_a_pickle(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02}")


def rename(tensors, old, new):
    tensors[new] = tensors.pop(old)


def shards(places: object):
    def change(folder: Path) -> None:
        (folder / "model.safetensors").rename(folder / "part.safetensors")
        index = json.dumps({"weight_map": places})
        (folder / "model.safetensors.index.json").write_text(index)

    return change


def outside(folder: Path) -> None:
    shards({NORM: "../part.safetensors"})(folder)
    shutil.copy(folder / "part.safetensors", folder.parent)


NORM, QUERY = "model.norm.weight", "model.layers.0.self_attn.q_proj.weight"
WHOLE = {NORM: "part.safetensors"}
YARN_BAD = {"rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 24}
MALFORMED = [
    (cut_off, "cut off or no safetensors"),
    (lambda f: (f / "model.safetensors").write_bytes(b""), "cut off or no safetensors"),
    (lambda f: (f / "model.safetensors").write_bytes(b"\x80\x02}" * 9), "is a pickle"),
    (
        lambda f: (f / "config.json").write_text('{"n": ' + "9" * 5_000 + "}"),
        "config.json is no JSON",
    ),
    (lambda f: edit(f, max_position_embeddings=10**12), "beyond reason"),
    (lambda f: edit(f, rms_norm_eps=float("inf")), "norm_eps=inf must be positive and finite"),
    (lambda f: edit(f, rope_parameters={"full": {"rope_theta": 5e5}}), "not those of one kind"),
    (lambda f: edit(f, rope_scaling=3), "rope_parameters=3 are not"),
    (lambda f: edit(f, rope_scaling=YARN_BAD | {"factor": 0}), "factor=0 is not supported"),
    (lambda f: edit_tensors(f, lambda t: t[NORM].fill_(math.inf)), "a number that is not finite"),
    (only_a_pickle, "pytorch_model.bin, a pickle.*save_pretrained"),
    (lambda f: (f / "model.safetensors").unlink(), "no model.safetensors"),
    (lambda f: edit_tensors(f, lambda t: t.pop(QUERY)), f"lacks the tensor {QUERY}"),
    (
        lambda f: edit_tensors(f, lambda t: t.update({"score.weight": t[NORM] + 0})),
        r"no place for: model\.score\.weight",
    ),
    (
        lambda f: edit_tensors(f, lambda t: t.update({QUERY: t[QUERY][:-1].contiguous()})),
        r"q_proj.weight is \(31, 32\).*\(32, 32\)",
    ),
    (
        lambda f: edit_tensors(f, lambda t: t.update({QUERY: t[QUERY].to(torch.int8)})),
        "torch.int8.*quantized",
    ),
    (
        lambda f: edit_tensors(f, lambda t: t.update({NORM.removeprefix("model."): t[NORM] + 1})),
        "twice",
    ),
    (outside, r"lacks the shard \.\./part"),
    (shards({NORM: 1}), "weight_map"),
    (shards(WHOLE | {"x": "lost.safetensors"}), "lacks the shard lost"),
    (shards(WHOLE | {"lost": "part.safetensors"}), "lacks the tensor lost"),
    (lambda f: edit(f, tie_word_embeddings=True), "lm_head.weight differs"),
    (lambda f: edit(f, model_type="mamba"), "model_type='mamba'.*gpt2, gpt_neo, llama, nanochat"),
    (lambda f: (f / "config.json").unlink(), "no config.json"),
    (lambda f: (f / "config.json").write_text('{"model_type": '), "config.json is no JSON"),
    (lambda f: (f / "config.json").write_text("[]"), "holds no settings"),
    (lambda f: edit(f, vocab_size=None), "no vocab_size"),
    (lambda f: edit(f, vocab_size="many"), "vocab_size='many' must be a whole number"),
    (lambda f: edit(f, num_hidden_layers=10**9), "1000000000 layers"),
    (lambda f: edit(f, num_hidden_layers=2.0), "num_hidden_layers=2.0 must be a whole"),
    (lambda f: edit(f, num_attention_heads=5, head_dim=None), "do not divide"),
    (lambda f: edit(f, num_key_value_heads=3), "do not divide"),
    (lambda f: edit(f, rms_norm_eps=0), "norm_eps"),
    (lambda f: edit(f, rms_norm_eps="small"), "rms_norm_eps='small' must be a number"),
    (lambda f: edit(f, tie_word_embeddings="no"), "tie_word_embeddings='no' must be true or false"),
    (lambda f: edit(f, rms_norm_eps=float("nan")), "norm_eps"),
    (lambda f: edit(f, head_dim=16), "head_dim=16"),
    (lambda f: edit(f, hidden_act="gelu"), "hidden_act='gelu'.*only 'silu'"),
    (lambda f: edit(f, attention_bias=True), "attention_bias and mlp_bias"),
    (lambda f: edit(f, sliding_window=8), "sliding_window=8"),
    (lambda f: edit(f, quantization_config={"bits": 4}), "quantization_config"),
    (lambda f: edit(f, rope_scaling={"rope_type": "llama3", "factor": 8}), "llama3.*not supported"),
    (lambda f: edit(f, rope_scaling={"type": "dynamic", "factor": 2}), "dynamic.*not supported"),
    (lambda f: edit(f, rope_scaling={"type": "linear", "factor": "2"}), "none of LlamaForCausalLM"),
    (lambda f: edit(f, rope_scaling={"type": "linear"}), "none of LlamaForCausalLM"),
    (lambda f: edit(f, rope_scaling=YARN_BAD | {"factor": -2.0}), "factor=-2.0 is not supported"),
    (lambda f: edit(f, rope_scaling=YARN_BAD), "reaches 48; set max_position_embeddings=24"),
    (
        lambda f: edit(f, max_position_embeddings=48, rope_scaling=YARN_BAD | {"beta_fast": 8}),
        "beta_fast=8",
    ),
    (lambda f: edit(f, rope_parameters=[1]), "not those of one kind"),
    (lambda f: (f / "tokenizer.json").unlink(), "no tokenizer.json"),
    (lambda f: (f / "tokenizer.json").write_text("{}"), "no tokenizer.json"),
]


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_a_malformed_folder_is_refused_in_one_line_and_nothing_is_written(
    number, tokenizer, tmp_path
):
    damage, words = MALFORMED[number]
    folder = export(build(LLAMA), tokenizer, tmp_path / "there")
    damage(folder)
    with pytest.raises((ValueError, OSError), match=words) as caught:
        import_as_run(folder, tmp_path / "runs" / "new")
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("style", "settings", "words"),
    [
        ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx=True"),
        ("gpt2", {"scale_attn_weights": False}, "scale_attn_weights=False"),
        ("gpt2", {"activation_function": "relu"}, "activation_function='relu'"),
        ("gpt2", {"add_cross_attention": True}, "add_cross_attention"),
        ("gpt2", {"n_embd": 0}, "n_embd=0"),
        ("gpt_neo", {"attention_types": [[["global", "far"], 1], [["local"], 1]]}, "'far'"),
        ("gpt_neo", {"attention_types": [[["global", "local"], 12]]}, "24 layers.* 3"),
        ("gpt_neo", {"attention_types": "global"}, "none of GPTNeoForCausalLM"),
        ("gpt_neo", {"window_size": 0}, "window_size=0"),
        ("nanochat", {"attention_bias": True}, "attention_bias=True"),
        ("nanochat", {"rope_parameters": YARN_BAD, "max_position_embeddings": 48}, "yarn"),
        ("nanochat", {"hidden_act": "silu"}, "hidden_act='silu'"),
        ("nanochat", {"final_logit_softcapping": -1.0}, "logit_softcap"),
        ("nanochat", {"final_logit_softcapping": "low"}, "none of NanoChatForCausalLM"),
    ],
)
def test_settings_that_we_do_not_compute_are_refused(style, settings, words, tokenizer, tmp_path):
    folder = export(build(BASE[style]), tokenizer, tmp_path / "there")
    edit(folder, **{"rope_scaling": None} | settings)
    with pytest.raises(ValueError, match=words) as caught:
        huggingface.import_model(str(folder))
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("style", ["gpt2", "gpt_neo", "llama"])
def test_a_file_may_leave_out_the_prefix_and_keep_buffers(style, tokenizer, tmp_path):
    ours = build(BASE[style], tie_embeddings=True)
    folder = export(ours, tokenizer, tmp_path / "there")
    prefix = "model." if style == "llama" else "transformer."
    middle = "attn.attention" if style == "gpt_neo" else "attn"

    def change(tensors):
        for name in list(tensors):
            rename(tensors, name, name.removeprefix(prefix))
        if style == "llama":
            tensors["layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
        else:
            tensors[f"h.0.{middle}.bias"] = torch.ones(1, 1, 24, 24, dtype=torch.uint8)
            tensors[f"h.0.{middle}.masked_bias"] = torch.tensor(-1e4)
        embed = tensors["embed_tokens.weight" if style == "llama" else "wte.weight"]
        tensors["lm_head.weight"] = embed.clone()

    edit_tensors(folder, change)
    back = huggingface.import_model(str(folder))
    assert all(torch.equal(back.weights[name], t) for name, t in ours.state_dict().items())


def test_half_precision_comes_in_as_the_same_numbers_in_fp32(tokenizer, tmp_path):
    folder = export(build(LLAMA), tokenizer, tmp_path / "there")

    def halve(tensors):
        for i, name in enumerate(tensors):
            tensors[name] = tensors[name].to([torch.bfloat16, torch.float16][i % 2])

    edit_tensors(folder, halve)
    stored = safetensors.torch.load_file(folder / "model.safetensors")
    back = huggingface.import_model(str(folder))
    assert {tensor.dtype for tensor in back.weights.values()} == {torch.float32}
    assert torch.equal(back.weights["norm.weight"], stored["model.norm.weight"].float())


# ------------------------------------------------------------------------------------------ the hub


def test_a_repository_is_fetched_file_by_file_at_its_revision(tokenizer, tmp_path, monkeypatch):
    import huggingface_hub
    from huggingface_hub.errors import EntryNotFoundError

    ours = build(GPT2)
    folder = export(ours, tokenizer, tmp_path / "there")
    asked = []

    def download(repo, name, *, revision):
        asked.append((repo, name, revision))
        if not (folder / name).exists():
            raise EntryNotFoundError("404")
        return str(folder / name)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    back = huggingface.import_model("some/one", "v2")
    assert torch.equal(back.weights["embed.weight"], ours.embed.weight)
    names = {"config.json", "tokenizer.json", "model.safetensors"}
    assert set(asked) == {("some/one", name, "v2") for name in names}
    only_a_pickle(folder)
    with pytest.raises(ValueError, match=r"some/one.*pytorch_model\.bin, a pickle"):
        huggingface.import_model("some/one", "main")
    assert ("some/one", "pytorch_model.bin", "main") in asked  # it may be cached, and is not read


@pytest.mark.parametrize("kind", ["no network", "offline"])
def test_without_a_network_one_line_says_what_to_do(kind, monkeypatch, tmp_path):
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    def download(*_, **__):
        error = OSError if kind == "no network" else LocalEntryNotFoundError
        raise error("no route\nmuch more")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    with pytest.raises(ConnectionError, match=r"source=some/one.*\(no route\).*source=<their"):
        import_as_run("some/one", tmp_path / "runs" / "new")
    for source in ("nowhere", "no/such/folder", str(tmp_path / "x")):
        with pytest.raises(FileNotFoundError, match="is no folder"):
            import_as_run(source, tmp_path / "runs" / "new")
    assert not (tmp_path / "runs").exists()


class FakeHub:
    calls: ClassVar[list] = []
    error: Exception | None = None

    def create_repo(self, repo, *, private, exist_ok):
        assert exist_ok
        if self.error:
            raise self.error
        self.calls.append(("create", repo, private))
        return f"https://huggingface.co/{repo}"

    def upload_folder(self, *, repo_id, folder_path, allow_patterns):
        names = sorted(p.name for p in Path(folder_path).iterdir() if p.name in allow_patterns)
        self.calls.append(("upload", repo_id, names))


@pytest.fixture
def hub(monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(FakeHub, "calls", [])
    monkeypatch.setattr(FakeHub, "error", None)
    monkeypatch.setattr(huggingface_hub, "HfApi", FakeHub)
    return FakeHub


def test_a_push_uploads_what_was_exported_and_nothing_else(hub, tokenizer, tmp_path):
    folder = export(build(LLAMA), tokenizer, tmp_path / "there")
    (folder / "secret.txt").write_text("mine")
    told = huggingface.push(folder, "some/one")
    assert "https://huggingface.co/some/one" in told
    assert hub.calls == [("create", "some/one", True), ("upload", "some/one", huggingface.FILES)]
    huggingface.push(folder, "some/one", private=False)
    assert ("create", "some/one", False) in hub.calls


def test_a_push_that_fails_says_why_in_one_line(hub, tmp_path):
    from huggingface_hub.errors import LocalTokenNotFoundError

    with pytest.raises(ValueError, match="push_to=one is no repository"):
        huggingface.push(tmp_path, "one")
    hub.error = LocalTokenNotFoundError("Token is required\nlong")
    with pytest.raises(ValueError, match=r"\(Token is required\).*hf auth login") as caught:
        huggingface.push(tmp_path, "some/one")
    assert "\n" not in str(caught.value)
    hub.error = OSError("no route\nmuch more")
    with pytest.raises(
        ConnectionError, match=r"\(no route\); try again; the files are in"
    ) as caught:
        huggingface.push(tmp_path, "some/one")
    assert "\n" not in str(caught.value)


# --------------------------------------------------------------------------------------- whole runs


def test_an_exported_run_comes_back_as_a_run_that_tells_the_same(tokenizer, tmp_path):
    pytest.importorskip("gguf")  # the formats are one door
    first = import_as_run(export(build(NEO), tokenizer, tmp_path / "there"), tmp_path / "a")
    told = export_run(ExportConfig(run=str(tmp_path / "a"), format=Format.huggingface))
    folder = tmp_path / "a" / "export" / "huggingface"
    assert sorted(p.name for p in folder.iterdir()) == huggingface.FILES
    assert "model.safetensors" in told
    assert str(folder) in told
    second = import_as_run(folder, tmp_path / "b")
    dials = {"max_tokens": 12, "seed": 3}
    assert second.tell("Once", **dials) == first.tell("Once", **dials)
    shutil.rmtree(tmp_path / "there")
    assert load_run(tmp_path / "b").tell("Once", **dials) == first.tell("Once", **dials)


RESULT = {
    "steps": 9,
    "tokens": 27_648,
    "passes": 0.5,
    "val/bits_per_byte": 0.75,
    "best_bits_per_byte": 0.5,
    "best_step": 6,
    "untrained_bits_per_byte": 3.0,
    "floor_bits_per_byte": 0.25,
}


def test_the_card_tells_the_numbers_of_its_own_checkpoint(tokenizer, tmp_path):
    run = run_of(build(LLAMA), tokenizer, tmp_path)
    card = huggingface.model_card(run, "LlamaForCausalLM")
    assert "bits per byte" not in card
    assert f"{count_parameters(run.model.config):,}" in card
    (tmp_path / "result.json").write_text(json.dumps(RESULT))
    for step, bits, way in [(9, "0.7500", "81.8 %"), (6, "0.5000", "90.9 %"), (3, None, None)]:
        run.step = step
        card = huggingface.model_card(run, "LlamaForCausalLM")
        assert "27,648 tokens in 9 steps, 0.50 passes" in card
        assert (f"**{bits}**" in card) == (bits is not None)
        assert ("way to the floor" in card) == (bits is not None)
        assert way is None or way in card
    front = OmegaConf.create(card.split("---\n")[1])
    assert front.library_name == "transformers"
    assert front.pipeline_tag == "text-generation"
    assert front.language == "en"
    assert list(front.tags) == ["storylm", "stories", "llama"]


@pytest.mark.parametrize(
    ("source", "told"),
    [("some/one", "https://huggingface.co/some/one"), ("/home/mia/secret/tale", "`tale`")],
)
def test_the_card_of_an_imported_model_says_whence_and_no_numbers(
    source, told, tokenizer, tmp_path
):
    run = run_of(build(LLAMA), tokenizer, tmp_path, init_from=source)
    run.config.schedule = ScheduleConfig(steps=0)
    (tmp_path / "result.json").write_text(json.dumps(RESULT))
    card = huggingface.model_card(run, "LlamaForCausalLM")
    assert told in card
    assert "mia" not in card
    for word in ("bits per byte", "learning rate", "data", "language: en", "27,648"):
        assert word not in card


def test_the_lines_of_python_on_the_card_work(tokenizer, tmp_path, monkeypatch, capsys):
    pytest.importorskip("transformers", minversion="5")
    folder = export(build(LLAMA, context_length=40), tokenizer, tmp_path / "there")
    card = (folder / "README.md").read_text()
    code = card.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(folder)
    exec(code, {})
    assert capsys.readouterr().out.startswith("Once upon a time")


def test_every_style_of_conf_has_an_architecture():
    styles = sorted(path.stem for path in (ROOT / "conf" / "model").glob("*.yaml"))
    styles.remove("swift")  # nobody else has its residuals
    assert styles == sorted(architecture.style for architecture in ARCHITECTURES)
