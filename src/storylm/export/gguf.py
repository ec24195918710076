"""One file for llama.cpp, with weights in F32 and the tokenizer, and a Modelfile for Ollama."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFWriter, LlamaFileType, RopeScalingType
from torch import Tensor

from storylm.checkpoint import Run
from storylm.config import MLP, ModelConfig, Norm, Position, RopeScaling, read_result
from storylm.export.gguf_vocabulary import check_tokenizer, vocabulary
from storylm.model.rotary import scaled_theta
from storylm.model.size import count_parameters

FILE = "model.gguf"
TEMPERATURE = 0.8
"""As generate.py's default."""
COMMON = {
    "norm_embedding": False,
    "embedding_residual": False,
    "value_residual": False,
    "qk_norm": False,
    "scale_attention": True,
    "logit_softcap": 0.0,
}
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "llama": {"position": Position.rope, "norm": Norm.rmsnorm, "mlp": MLP.swiglu} | COMMON,
    "gpt2": {"position": Position.learned, "norm": Norm.layernorm, "mlp": MLP.gelu} | COMMON,
}
"""What llama.cpp computes under each of these names, whatever a file says."""
ADD = {
    str: GGUFWriter.add_string,
    bool: GGUFWriter.add_bool,
    int: GGUFWriter.add_uint32,
    list: GGUFWriter.add_array,
}


def check(run: Run) -> None:
    """Raises ValueError in one line for a dial that llama.cpp has no place for."""
    config, name = run.model.config, architecture(run.model.config)
    wanted = ARCHITECTURES[name]
    other = [dial for dial, value in wanted.items() if getattr(config, dial) != value]
    there = [f"model.{dial}={shown(getattr(config, dial))}" for dial in other]
    always = [f"{dial}={shown(wanted[dial])}" for dial in other]
    if any(0 < config.window(layer) < config.context_length for layer in range(config.n_layers)):
        there.append(f"model.windows={config.windows}")
        always.append("windows=[0]")
    if there:
        raise ValueError(
            f"format=gguf cannot express {', '.join(there)}: llama.cpp's architecture {name} has "
            f"always {', '.join(always)}; the nearest style it can is model={name}"
        )
    check_tokenizer(run.tokenizer)


def export(run: Run, folder: Path) -> None:
    """Write `model.gguf` and a `Modelfile` into an empty folder. Raises ValueError as `check`."""
    check(run)
    config = run.model.config
    writer = GGUFWriter(folder / FILE, architecture(config))
    writer.add_type("model")
    writer.add_name(run.config.run.label or run.folder.name)
    writer.add_description(describe(run))
    writer.add_file_type(LlamaFileType.ALL_F32)
    add_model(writer, config)
    for key, value in vocabulary(run.tokenizer).items():
        ADD[type(value)](writer, f"tokenizer.ggml.{key}", value)
    for name, tensor in to_gguf(config, run.model.state_dict()).items():
        writer.add_tensor(name, tensor)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()
    (folder / "Modelfile").write_text(modelfile(config), encoding="utf-8")


def how_to_use(folder: Path) -> list[str]:
    """Lines for the terminal: how to tell a story there."""
    return [
        f"  llama-completion -m {folder / FILE} -no-cnv -n 200 --temp {TEMPERATURE} --top-k 0 "
        '--top-p 1 --min-p 0 -p "Once upon a time"  (llama-cli in older llama.cpp)',
        f"  cd {folder} && ollama create my-model && ollama run my-model",
    ]


def architecture(config: ModelConfig) -> str:
    """llama.cpp's name for the style that this model is, or is nearest to."""
    return "gpt2" if config.position is Position.learned else "llama"


def shown(value: Any) -> str:
    """A dial's value as it is written in YAML."""
    return str(getattr(value, "value", value)).lower()


def describe(run: Run) -> str:
    """One sentence with the numbers that are known of this run."""
    config, model = run.config, run.model.config
    text = f"A {model.style} of {count_parameters(model):,} parameters"
    if run.step:
        text += f", trained for {run.step:,} steps of {config.run.tokens_per_step:,} tokens"
        text += f" on {config.data.name}"
    if config.init_from:
        text += f", from {Path(config.init_from).name}"
    result = read_result(run.folder) or {}
    if run.step and result.get("best_step") == run.step:
        text += f"; {result['best_bits_per_byte']:.4f} bits per byte of held-out stories"
    return text


def modelfile(config: ModelConfig) -> str:
    """Ollama's recipe: text goes in as it is, and is sampled as generate.py samples."""
    text = (
        f"FROM ./{FILE}\nTEMPLATE {{{{ .Prompt }}}}\nPARAMETER temperature {TEMPERATURE}\n"
        "PARAMETER top_k 0\nPARAMETER top_p 1\nPARAMETER repeat_penalty 1\n"
        f"PARAMETER num_ctx {config.context_length}\n"
    )
    if config.position is Position.learned:
        # llama.cpp rounds a context up to a multiple of 256 and aborts where positions end.
        text += f"PARAMETER num_predict {config.context_length * 3 // 4}\n"
    return text


# ---------------------------------------------------------------------------------------- the model


def add_model(writer: GGUFWriter, config: ModelConfig) -> None:
    """The dials, by llama.cpp's keys."""
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.context_length)
    writer.add_embedding_length(config.d_model)
    writer.add_block_count(config.n_layers)
    writer.add_feed_forward_length(config.d_ff)
    writer.add_head_count(config.n_heads)
    writer.add_head_count_kv(config.n_kv_heads)
    if config.norm is Norm.layernorm:
        writer.add_layer_norm_eps(config.norm_eps)
        return
    writer.add_layer_norm_rms_eps(config.norm_eps)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(scaled_theta(config))  # ntk scaling is nothing but a larger base
    if config.rope_scaling in (RopeScaling.linear, RopeScaling.yarn):
        writer.add_rope_scaling_type(RopeScalingType(config.rope_scaling.value))
        writer.add_rope_scaling_factor(config.rope_factor)
        writer.add_rope_scaling_orig_ctx_len(config.trained_context_length)


NAMES = {
    "attention_norm": "attn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.out": "attn_output",
    "mlp_norm": "ffn_norm",
    "mlp.gate": "ffn_gate",
    "mlp.up": "ffn_up",
    "mlp.down": "ffn_down",
}
OUTER_NAMES = {"embed": "token_embd", "embed_position": "position_embd", "norm": "output_norm"}
OUTER_NAMES |= {"unembed": "output"}


def to_gguf(config: ModelConfig, weights: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """Weights by our names in, by llama.cpp's names and in its order out; a tied unembedding is
    left out, as there."""
    weights = fill(config, weights)
    gpt2 = architecture(config) == "gpt2"
    tensors = {}
    for name, tensor in weights.items():
        part, _, kind = name.rpartition(".")
        if part in OUTER_NAMES:
            tensors[f"{OUTER_NAMES[part]}.{kind}"] = tensor
            continue
        _, layer, part = part.split(".", 2)
        if gpt2 and part == "attention.query":
            fused = [weights[name.replace("query", other)] for other in ("query", "key", "value")]
            tensors[f"blk.{layer}.attn_qkv.{kind}"] = torch.cat(fused)
        elif not (gpt2 and part in ("attention.key", "attention.value")):
            turned = not gpt2 and part in ("attention.query", "attention.key")
            tensor = interleave(tensor, config.head_dim) if turned else tensor
            tensors[f"blk.{layer}.{NAMES[part]}.{kind}"] = tensor
    return {name: tensor.float().cpu().contiguous().numpy() for name, tensor in tensors.items()}


def fill(config: ModelConfig, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gains of one and, for gpt2, biases of zero where the model has none but llama.cpp wants
    them: the same numbers come out."""
    filled = dict(weights)
    blocks = [f"blocks.{layer}." for layer in range(config.n_layers)]
    norms = [block + norm for block in blocks for norm in ("attention_norm", "mlp_norm")]
    for norm in [*norms, "norm"]:
        filled.setdefault(f"{norm}.weight", torch.ones(config.d_model))
        if config.norm is Norm.layernorm:
            filled.setdefault(f"{norm}.bias", torch.zeros(config.d_model))
    if architecture(config) == "gpt2":
        for name, tensor in weights.items():
            if name.startswith("blocks.") and tensor.dim() == 2:
                filled.setdefault(name.replace(".weight", ".bias"), torch.zeros(len(tensor)))
    return filled


def interleave(tensor: Tensor, head_dim: int) -> Tensor:
    """Rows of each head in the order in which llama.cpp turns neighbours: ours turns row k with
    k + K/2, so these two become 2k and 2k + 1."""
    return tensor.unflatten(0, (-1, 2, head_dim // 2)).transpose(1, 2).flatten(0, 2)
