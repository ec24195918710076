"""The file for llama.cpp: every number and word of it, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from test_transformer import GPT2

from storylm.checkpoint import Run
from storylm.config import (
    MLP,
    ModelConfig,
    Norm,
    RopeScaling,
    ScheduleConfig,
    TokenizerConfig,
    TrainConfig,
)
from storylm.export import gguf
from storylm.export.gguf_vocabulary import check_tokenizer, scores_of, vocabulary
from storylm.model.rotary import rotate, rotation_at
from storylm.model.size import count_parameters
from storylm.model.transformer import Transformer
from storylm.tokenizer import BYTES, GPT2_SPLIT, NO_SPLIT, ScoredTokenizer, Tokenizer
from storylm.tokenizer.scored import BYTE_PIECES, from_scores

TINY = {"vocab_size": 260, "context_length": 32, "n_layers": 2, "d_model": 32, "head_dim": 8}
NANOCHAT = {"mlp": MLP.relu2, "norm_embedding": True, "qk_norm": True, "logit_softcap": 15.0}
TOKENS = [*BYTES, b"he", b" \xc3", b" \xc3\xa9", b""]
LLAMA3 = TokenizerConfig().split
STYLES = {
    "llama": {"tie_embeddings": False},
    "shared": {"queries_per_kv": 2, "rope_theta": 50_000.0},
    "biased": {"queries_per_kv": 4, "bias": True, "qkv_bias": True},
    "gpt2": GPT2,
    "gpt2_untied": GPT2 | {"tie_embeddings": False, "queries_per_kv": 2},
}


def build(tokenizer: Tokenizer | ScoredTokenizer | None = None, **dials: object) -> Run:
    tokenizer = tokenizer or Tokenizer(TOKENS, LLAMA3)
    config = TrainConfig(schedule=ScheduleConfig(steps=7), model=ModelConfig(**TINY | dials))
    torch.manual_seed(0)
    model = Transformer(config.model)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    return Run(Path("nowhere"), Path("nowhere/x.ckpt"), 7, config, model, tokenizer)


def written(run: Run, folder: Path) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """What a reader finds in the file: values by key, and tensors by name."""
    gguf.check(run)
    gguf.export(run, folder)
    reader = GGUFReader(folder / "model.gguf")
    values = {key: field.contents() for key, field in reader.fields.items()}
    return values, {tensor.name: np.array(tensor.data) for tensor in reader.tensors}


def turn_neighbours(x_TK: np.ndarray, theta: float) -> np.ndarray:
    """RoPE as llama.cpp writes it: the numbers 2k and 2k+1 are one complex number."""
    T, K = x_TK.shape
    angle = np.outer(np.arange(T), theta ** (-np.arange(0, K, 2) / K))
    z = (x_TK[:, 0::2] + 1j * x_TK[:, 1::2]) * np.exp(1j * angle)
    return np.stack([z.real, z.imag], axis=-1).reshape(T, K)


@pytest.mark.parametrize("style", STYLES)
def test_every_tensor_is_ours_in_their_order(style, tmp_path):
    run = build(**STYLES[style])
    config, weights = run.config.model, {n: t.numpy() for n, t in run.model.state_dict().items()}
    _, tensors = written(run, tmp_path)
    outer = {"token_embd": "embed", "position_embd": "embed_position", "output_norm": "norm"}
    outer |= {"output": "unembed"}
    inner = {theirs: ours for ours, theirs in gguf.NAMES.items()}
    found = set()
    for name, tensor in tensors.items():
        part, kind = name.rsplit(".", 1)
        block = f"blocks.{part.split('.')[1]}." if "." in part else ""
        part = part.split(".")[-1]
        if part == "attn_qkv":
            ours = [f"{block}attention.{p}.{kind}" for p in ("query", "key", "value")]
            assert np.array_equal(tensor, np.concatenate([weights[name] for name in ours]))
        else:
            ours = [f"{block}{inner[part] if block else outer[part]}.{kind}"]
            if part in ("attn_q", "attn_k"):
                heads = tensor.reshape(-1, config.head_dim, *tensor.shape[1:])
                tensor = np.concatenate([heads[:, 0::2], heads[:, 1::2]], 1).reshape(tensor.shape)
            assert np.array_equal(tensor, weights[ours[0]]), name
        found |= set(ours)
    assert found == set(weights)
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.float32)}
    assert sum(tensor.size for tensor in tensors.values()) == count_parameters(config)


def test_queries_and_keys_meet_as_ours_when_neighbours_are_turned(tmp_path):
    run = build(**STYLES["biased"])
    _, tensors = written(run, tmp_path)
    attention, config = run.model.blocks[1].attention, run.config.model
    x_TD = torch.randn(32, 32)
    rotation = run.model.rotation_2TK
    scores = []
    for ours, theirs in ((attention.query, "attn_q"), (attention.key, "attn_k")):
        head_TK = ours(x_TD)[:, : config.head_dim]
        turned = rotate(head_TK[None, None], rotation_at(rotation, slice(0, 32)))[0, 0]
        weight, bias = (tensors[f"blk.1.{theirs}.{kind}"] for kind in ("weight", "bias"))
        their_TK = (x_TD.numpy() @ weight.T + bias)[:, : config.head_dim]
        scores.append((turned.detach().numpy(), turn_neighbours(their_TK, config.rope_theta)))
    (q, their_q), (k, their_k) = scores
    np.testing.assert_allclose(their_q @ their_k.T, q @ k.T, rtol=1e-4, atol=1e-3)
    assert not np.allclose(q, their_q)


def test_the_file_says_what_the_model_is(tmp_path):
    run = build(queries_per_kv=2, rope_theta=50_000.0, norm_eps=1e-3)
    values, _ = written(run, tmp_path)
    model = {key.removeprefix("llama."): v for key, v in values.items() if key[:6] == "llama."}
    assert model.pop("rope.freq_base") == 50_000
    assert model.pop("attention.layer_norm_rms_epsilon") == pytest.approx(1e-3)
    assert model == {
        "vocab_size": 260,
        "context_length": 32,
        "embedding_length": 32,
        "block_count": 2,
        "feed_forward_length": run.config.model.d_ff,
        "attention.head_count": 4,
        "attention.head_count_kv": 2,
        "rope.dimension_count": 8,
    }
    assert values["general.architecture"] == "llama"
    assert values["general.file_type"] == 0
    assert f"{count_parameters(run.config.model):,} parameters" in values["general.description"]
    lines = (tmp_path / "Modelfile").read_text().splitlines()
    assert lines[:3] == ["FROM ./model.gguf", "TEMPLATE {{ .Prompt }}", "PARAMETER temperature 0.8"]
    assert "llama-completion -m" in gguf.how_to_use(tmp_path)[0]
    assert {file.name for file in tmp_path.iterdir()} == {"Modelfile", "model.gguf"}


def test_gpt2_says_its_own_keys(tmp_path):
    values, _ = written(build(**GPT2), tmp_path)
    assert values["general.architecture"] == "gpt2"
    assert values["gpt2.attention.layer_norm_epsilon"] == pytest.approx(1e-5)
    assert not [key for key in values if "rope" in key]


@pytest.mark.parametrize("scaling", ["linear", "yarn", "ntk"])
def test_a_longer_context_travels(scaling, tmp_path):
    run = build(rope_scaling=RopeScaling(scaling), rope_factor=4.0)
    values, _ = written(run, tmp_path)
    told = values.get("llama.rope.scaling.type"), values.get("llama.rope.scaling.factor")
    base = values["llama.rope.freq_base"]
    if scaling == "ntk":
        assert told == (None, None)
        assert base == pytest.approx(10_000 * 4 ** (8 / 6), rel=1e-6)
    else:
        assert (told, base) == ((scaling, 4.0), 10_000)
        assert values["llama.rope.scaling.original_context_length"] == 8


def test_parts_that_a_model_lacks_are_filled_so_that_nothing_changes(tmp_path):
    _, tensors = written(build(norm_weights=False), tmp_path)
    assert (tensors["blk.1.ffn_norm.weight"] == 1).all()
    assert (tensors["output_norm.weight"] == 1).all()
    (tmp_path / "gpt2").mkdir()
    _, tensors = written(build(**GPT2 | {"bias": False, "qkv_bias": False}), tmp_path / "gpt2")
    for part in ("attn_qkv", "attn_output", "ffn_up", "ffn_down", "attn_norm", "ffn_norm"):
        assert not tensors[f"blk.0.{part}.bias"].any()


def test_the_description_knows_what_the_run_reached(tmp_path):
    run = build()
    run.folder = tmp_path
    assert "bits per byte" not in gguf.describe(run)
    result = {"best_step": 7, "best_bits_per_byte": 0.51234}
    (tmp_path / "result.json").write_text(json.dumps(result))
    assert "0.5123 bits per byte" in gguf.describe(run)
    run.step = 6
    assert "bits per byte" not in gguf.describe(run)


# ------------------------------------------------------------------------------------ the tokenizer


@pytest.mark.parametrize(("split", "name"), [(LLAMA3, "llama-bpe"), (GPT2_SPLIT, "gpt-2")])
def test_tokens_and_merges_are_spelled_in_letters(split, name, tmp_path):
    tokens = [b"", *TOKENS[:-1]]
    values, _ = written(build(Tokenizer(tokens, split)), tmp_path)
    plain = {key[15:]: value for key, value in values.items() if key[:15] == "tokenizer.ggml."}
    assert (plain["model"], plain["pre"]) == ("gpt2", name)
    assert plain["tokens"][0] == "<|endoftext|>"
    assert plain["tokens"][1 + ord(" ")] == "Ġ"
    assert plain["tokens"][-3:] == ["he", "ĠÃ", "ĠÃ©"]
    assert plain["merges"] == ["h e", "Ġ Ã", "ĠÃ ©"]
    assert plain["token_type"] == [3, *[1] * 259]
    assert (plain["bos_token_id"], plain["eos_token_id"]) == (0, 0)
    assert (plain["add_bos_token"], plain["add_eos_token"]) == (True, False)


def test_bytes_have_a_merge_that_never_happens(tmp_path):
    tokenizer = Tokenizer([*BYTES, b""], NO_SPLIT)
    values, tensors = written(build(tokenizer, vocab_size=257), tmp_path)
    assert len(values["tokenizer.ggml.tokens"]) == 257 == len(tensors["token_embd.weight"])
    assert values["tokenizer.ggml.merges"] == ["<|endoftext|> <|endoftext|>"]


PIECES = ["<unk>", "<s>", "</s>", *BYTE_PIECES, " ", "a", "b", " a", "ab", " ab"]
SCORES = [0.0] * 259 + [-9.0, -9.0, -9.0, -1.0, -0.5, -2.0]


def test_scored_pieces_keep_their_scores_and_kinds(tmp_path):
    tokenizer = from_scores(PIECES, SCORES, blank=" ")
    values, _ = written(build(tokenizer, vocab_size=265), tmp_path)
    plain = {key[15:]: value for key, value in values.items() if key[:15] == "tokenizer.ggml."}
    assert plain["model"] == "llama"
    assert plain["tokens"][259:] == ["▁", "a", "b", "▁a", "ab", "▁ab"]
    assert plain["scores"] == SCORES
    assert plain["token_type"] == [2, 3, 3, *[6] * 256, *[1] * 6]
    assert [plain[f"{k}_token_id"] for k in ("unknown", "bos", "eos", "eot")] == [0, 1, 1, 2]
    assert plain["add_space_prefix"] is True
    none = from_scores(PIECES, SCORES, blank=" ", opening="never")
    assert vocabulary(none)["add_space_prefix"] is False


def test_merges_with_ranks_become_scores_in_their_order():
    whole = from_scores(PIECES, SCORES, blank=" ")
    ranked = ScoredTokenizer(PIECES, whole.merges, blank=" ")
    again = from_scores(PIECES, scores_of(ranked), blank=" ")
    assert again.merges == whole.merges
    fewer = dict(whole.merges)
    fewer.popitem()
    mixed = {pair: (rank, id) for rank, (pair, (_, id)) in enumerate(whole.merges.items())}
    first, *_, last = [pair for pair, (_, id) in mixed.items() if PIECES[id] == " ab"]
    mixed[first], mixed[last] = (-1, mixed[first][1]), (99, mixed[last][1])
    for other in (fewer, mixed):
        with pytest.raises(ValueError, match="order of this tokenizer's merges"):
            check_tokenizer(ScoredTokenizer(PIECES, other, blank=" "))


# ----------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("dials", "named", "nearest"),
    [
        (GPT2 | {"scale_attention": False}, "model.scale_attention=false", "gpt2"),
        (GPT2 | {"windows": [0, 31]}, r"model.windows=\[0, 31\]", "gpt2"),
        (NANOCHAT, "mlp=relu2, model.norm_embedding=true, model.qk_norm=true, .*cap=15", "llama"),
        ({"norm": Norm.layernorm}, "model.norm=layernorm", "llama"),
        (GPT2 | {"mlp": MLP.swiglu}, "model.mlp=swiglu", "gpt2"),
    ],
)
def test_a_dial_that_llama_cpp_lacks_is_refused_with_the_nearest_style(
    dials, named, nearest, tmp_path
):
    run = build(**dials)
    for act in (gguf.check, lambda run: gguf.export(run, tmp_path)):
        with pytest.raises(ValueError, match=f"{named}.*nearest.* model={nearest}") as caught:
            act(run)
        assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_window_as_wide_as_the_context_is_none():
    gguf.check(build(windows=[0, 32]))


def test_a_split_without_a_name_there_is_refused():
    with pytest.raises(ValueError, match=r"tokenizer\.split=.*llama-bpe"):
        gguf.check(build(Tokenizer(TOKENS, r"\w+|\W+")))
    blank = from_scores(PIECES, SCORES, blank=" ", opening="always")
    blank.opening = "unless blank"
    with pytest.raises(ValueError, match="begins with a blank"):
        gguf.check(build(blank, vocab_size=265))
