"""The model: what it sees, how it starts, and that it is GPT-2, GPT-Neo and LLaMA by its dials."""

import dataclasses
import math
import re
from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

from storylm.config import MLP, ModelConfig, Norm, Position
from storylm.model.loss import token_nats
from storylm.model.transformer import Transformer, rotate, rotation_at

TINY = {"vocab_size": 97, "context_length": 24, "n_layers": 4, "d_model": 32, "head_dim": 8}
GPT2 = {
    "norm": Norm.layernorm,
    "position": Position.learned,
    "mlp": MLP.gelu,
    "mlp_ratio": 4.0,
    "bias": True,
    "qkv_bias": True,
}
NEO = GPT2 | {
    "qkv_bias": False,
    "scale_attention": False,
    "windows": [0, 5],
    "scale_residual_init": False,
}
NANOCHAT = {
    "mlp": MLP.relu2,
    "mlp_ratio": 4.0,
    "norm_weights": False,
    "norm_eps": 1e-6,
    "norm_embedding": True,
    "qk_norm": True,
    "zero_init": True,
    "logit_softcap": 15.0,
    "tie_embeddings": False,
}
SWIFT = {"embedding_residual": True, "value_residual": True, "tie_embeddings": False}
STYLES = {
    "gpt2": GPT2,
    "gpt_neo": NEO,
    "llama": {"queries_per_kv": 2, "tie_embeddings": False},
    "tied": {"windows": [3], "d_ff_multiple": 1},
    "nanochat": NANOCHAT,
    "swift": SWIFT,
}


def build(style: str, **dials: object) -> Transformer:
    """A tiny model whose weights are all large and random, so that every part matters."""
    torch.manual_seed(0)
    model = Transformer(ModelConfig(**TINY | STYLES[style] | dials)).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, mean=float(parameter.dim() == 1), std=0.2)
    return model


def some_ids(batch: int = 3, length: int = 24) -> torch.Tensor:
    return torch.randint(0, 97, (batch, length), generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=STYLES)
def model(request):
    return build(request.param)


def test_future_tokens_do_not_change_the_past(model):
    ids = some_ids()
    for t in (1, 7, 23):
        other = ids.clone()
        other[:, t:] = (other[:, t:] + 1) % 97
        before, after = model(ids), model(other)
        torch.testing.assert_close(before[:, :t], after[:, :t], rtol=0, atol=1e-5)
        assert (before[:, t] - after[:, t]).abs().amin(-1).max() > 0


def test_the_past_changes_every_later_prediction(model):
    if model.config.windows == [3]:
        pytest.skip("a short window forgets")
    ids = some_ids()
    other = ids.clone()
    other[:, 0] = (other[:, 0] + 1) % 97
    assert ((model(ids) - model(other)).abs().amax(-1) > 1e-6).all()


def test_rows_of_a_batch_do_not_meet(model):
    ids = some_ids()
    torch.testing.assert_close(model(ids)[1:2], model(ids[1:2]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("window", [1, 3, 5])
def test_a_window_of_w_sees_exactly_w_tokens(window):
    model = build("llama", n_layers=1, windows=[window])
    ids = some_ids()
    x = model.embed(ids).detach().requires_grad_()
    model.embed.forward = lambda _: x
    model(ids)[:, 12].sum().backward()
    reached = x.grad.abs().amax(dim=(0, 2)).nonzero().flatten().tolist()
    assert reached == list(range(12 - window + 1, 13))


def test_a_window_wider_than_the_text_sees_everything():
    wide, whole = build("gpt2", windows=[24]), build("gpt2", windows=[0])
    torch.testing.assert_close(wide(some_ids()), whole(some_ids()))


def test_layers_take_their_windows_by_turns():
    model = build("gpt_neo", windows=[0, 7, 3])
    assert [block.attention.window for block in model.blocks] == [0, 7, 3, 0]


def test_rotation_leaves_only_relative_positions_in_the_scores():
    model = build("llama")
    q, k = torch.randn(2, 1, 1, 1, 8)
    scores = {}
    for i, j in ((3, 1), (20, 18), (5, 5), (9, 9)):
        q_i = rotate(q, rotation_at(model.rotation_2TK, slice(i, i + 1)))
        k_j = rotate(k, rotation_at(model.rotation_2TK, slice(j, j + 1)))
        scores.setdefault(i - j, []).append((q_i @ k_j.mT).item())
    assert scores[2][0] == pytest.approx(scores[2][1], abs=1e-5)
    assert scores[0][0] == pytest.approx((q @ k.mT).item(), abs=1e-5)
    assert abs(scores[0][0] - scores[2][0]) > 1e-4
    assert (
        rotate(q.bfloat16(), rotation_at(model.rotation_2TK, slice(0, 1))).dtype == torch.bfloat16
    )


def test_logits_stay_within_the_softcap_and_keep_their_order():
    model = build("nanochat")
    x_BTD = 50 * model.hidden(some_ids())
    bent, straight = model.logits(x_BTD), x_BTD @ model.unembed_VD.mT
    assert straight.abs().max() > 20
    assert bent.abs().max() <= 15
    torch.testing.assert_close(bent, 15 * (straight / 15).tanh())


def test_normalized_queries_and_keys_do_not_care_for_their_size():
    model = build("nanochat")
    expected = model(some_ids())
    with torch.no_grad():
        for block in model.blocks:
            block.attention.query.weight.mul_(7)
            block.attention.key.weight.mul_(0.3)
    torch.testing.assert_close(model(some_ids()), expected, rtol=1e-3, atol=1e-3)


def test_zero_init_makes_each_block_the_identity():
    model = build("nanochat")
    model.initialize()
    x_BTD = model.embed_norm(model.embed(some_ids()))
    torch.testing.assert_close(model.hidden(some_ids()), model.norm(x_BTD))


def test_every_trained_number_has_its_part_in_the_logits(model):
    model(some_ids()).square().mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_residuals_that_are_turned_off_leave_the_model_without_them():
    with_them = build("swift", n_layers=3)
    without = build("swift", n_layers=3, embedding_residual=False, value_residual=False)
    shared = {name: p for name, p in with_them.state_dict().items() if name in without.state_dict()}
    without.load_state_dict(shared)
    with torch.no_grad():
        with_them.stream_L.fill_(1)
        with_them.embed_L.fill_(0)
        for block in with_them.blocks[1:]:
            block.attention.value_mix.fill_(0)
    torch.testing.assert_close(with_them(some_ids()), without(some_ids()))


def test_a_block_that_reads_the_embedding_alone_knows_nothing_of_those_before():
    model = build("swift", n_layers=2, value_residual=False)
    with torch.no_grad():
        model.stream_L[1] = 0
    before = model(some_ids())
    with torch.no_grad():
        model.blocks[0].mlp.up.weight.normal_()
    torch.testing.assert_close(model(some_ids()), before)


def test_values_are_the_first_layers_where_all_is_mixed_in():
    model = build("swift", n_layers=3)
    with torch.no_grad():
        for block in model.blocks[1:]:
            block.attention.value_mix.fill_(1)
    before = model(some_ids())
    with torch.no_grad():
        for block in model.blocks[1:]:
            block.attention.value.weight.normal_()
    torch.testing.assert_close(model(some_ids()), before)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_checkpointed_blocks_give_the_same_gradients(model, dropout):
    model = Transformer(dataclasses.replace(model.config, dropout=dropout)).train()
    ids, gradients = some_ids(), []
    for again in (False, True):
        model.checkpoint_blocks = again
        torch.manual_seed(3)  # of dropout
        token_nats(model(ids), ids.roll(-1, dims=1)).mean().backward()
        gradients.append([p.grad.clone() for p in model.parameters()])
        model.zero_grad()
    for plain, recomputed in zip(*gradients, strict=True):
        assert torch.equal(plain, recomputed)


def test_checkpointed_blocks_keep_less_for_the_backward_pass():
    model, kept = build("llama", context_length=24), []
    for again in (False, True):
        model.checkpoint_blocks, sizes = again, []

        def note(tensor, sizes=sizes):
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
            model(some_ids())
        kept.append(sum(sizes))
    assert kept[1] < kept[0] / 4


def test_untrained_loss_is_that_of_a_guess(model):
    model.initialize()
    nats = token_nats(model(some_ids()), some_ids().roll(-1, dims=1)).mean()
    assert abs(nats.item() - math.log(97)) < 0.1


@pytest.mark.parametrize("scaled", [True, False])
def test_weights_start_as_the_style_says(scaled):
    dials = TINY | GPT2 | {"d_model": 256, "scale_residual_init": scaled, "init_std": 0.03}
    model = Transformer(ModelConfig(**dials))
    small = 0.03 / math.sqrt(2 * 4) if scaled else 0.03
    for name, parameter in model.named_parameters():
        if "norm" in name:
            assert (parameter == float(name.endswith("weight"))).all()
        elif name.endswith("bias"):
            assert (parameter == 0).all()
        else:
            std = small if name.endswith(("attention.out.weight", "mlp.down.weight")) else 0.03
            assert parameter.std().item() == pytest.approx(std, rel=0.05)
            assert abs(parameter.mean().item()) < 0.002


def test_biases_are_where_the_style_has_them():
    def biased(style):
        names = dict(build(style).named_parameters())
        return {re.sub(r"^blocks\.\d+\.", "", name) for name in names if name.endswith("bias")}

    norms = {"attention_norm.bias", "mlp_norm.bias", "norm.bias"}
    neo = norms | {"attention.out.bias", "mlp.up.bias", "mlp.down.bias"}
    qkv = {f"attention.{part}.bias" for part in ("query", "key", "value")}
    assert biased("llama") == set()
    assert biased("gpt_neo") == neo
    assert biased("gpt2") == neo | qkv


def test_a_tied_unembedding_is_the_embedding():
    tied, untied = build("tied"), build("llama")
    assert tied.unembed_VD is tied.embed.weight
    assert untied.unembed_VD is untied.unembed.weight
    assert not any("unembed" in name for name in tied.state_dict())
    assert (untied.unembed.weight != untied.embed.weight).any()


def test_only_weights_are_stored(model):
    assert set(model.state_dict()) == {name for name, _ in model.named_parameters()}


def test_text_longer_than_the_context_is_refused_with_both_lengths(model):
    with pytest.raises(ValueError, match=r"31 tokens.*context_length=24.*by 7"):
        model(some_ids(length=31))


def test_dropout_is_at_work_in_training_only():
    model = build("gpt2", dropout=0.5)
    ids = some_ids()
    assert (model(ids) == model(ids)).all()
    model.train()
    assert (model(ids) != model(ids)).any()
    plain = build("gpt2", dropout=0.0).train()
    assert (plain(ids) == plain(ids)).all()


def test_bf16_autocast_keeps_the_stream_in_fp32_and_stays_near(model):
    ids = some_ids()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        x, logits = model.hidden(ids), model(ids)
    assert x.dtype == torch.float32
    assert logits.dtype == torch.bfloat16
    exact = model(ids)
    assert (logits - exact).norm() / exact.norm() < 0.03


def test_the_model_is_one_graph(model):
    """torch.compile finds no break; the traced graph computes the same."""
    traced = torch.compile(model, backend="eager", fullgraph=True)
    torch.testing.assert_close(traced(some_ids()), model(some_ids()))


def test_a_model_made_without_memory_can_be_filled_later():
    with torch.device("meta"):
        model = Transformer(ModelConfig(**TINY))
    model.to_empty(device="cpu").initialize()
    reference = build("llama", queries_per_kv=1, tie_embeddings=True)
    model.load_state_dict(reference.state_dict())
    torch.testing.assert_close(model(some_ids()), reference(some_ids()))


def test_the_tiny_styles_are_the_published_styles_in_small():
    """What this file tests is what conf/model/*.yaml choose, but for sizes and windows."""
    conf = Path(__file__).parents[1] / "conf" / "model"
    sizes = {"style", "windows", "queries_per_kv"}
    for style in ("gpt2", "gpt_neo", "llama", "nanochat", "swift"):
        merged = OmegaConf.merge(
            OmegaConf.structured(ModelConfig), OmegaConf.load(conf / f"{style}.yaml")
        )
        published = dataclasses.asdict(OmegaConf.to_object(merged))
        ours = dataclasses.asdict(ModelConfig(**STYLES[style]))
        assert {k: v for k, v in published.items() if k not in sizes} == {
            k: v for k, v in ours.items() if k not in sizes
        }
