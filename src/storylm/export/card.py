"""The model card: what a person on the hub wants to know, with the run's own numbers and no
others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storylm.checkpoint import Run
from storylm.config import DataKind, Finetune, RopeScaling, TokenizerKind, read_result
from storylm.model.size import count_parameters


def model_card(run: Run, architecture: str) -> str:
    """README.md for an exported run."""
    config = run.config
    front = ["---", "library_name: transformers", "pipeline_tag: text-generation"]
    if config.data.kind is DataKind.fables and not is_imported(run):
        front.append("language: en")
    front += ["tags:", "- storylm", "- stories", f"- {run.model.config.style}", "---", ""]
    facts = [*model_facts(run, architecture), *training_facts(run)]
    page = [f"# {config.run.name}", "", opening(run), ""]
    page += [f"| {name} | {value} |" for name, value in [("", ""), ("---", "---"), *facts]]
    page += ["", "## Let it tell", "", "```python", *PYTHON, "```", ""]
    if architecture == "NanoChatForCausalLM":
        page += ["It needs transformers 5 or later.", ""]
    page += [*NOTES, ""]
    return "\n".join(front + page)


PYTHON = """\
from transformers import AutoModelForCausalLM, AutoTokenizer

here = "."  # this folder, or the name of its repository
model = AutoModelForCausalLM.from_pretrained(here)
tokenizer = AutoTokenizer.from_pretrained(here)
prompt = tokenizer("Once upon a time", return_tensors="pt")
told = model.generate(**prompt)[0]
print(tokenizer.decode(told, skip_special_tokens=True))""".splitlines()
NOTES = [
    "The tokenizer opens every text with the token that stands before each story; the model has",
    "never read one without. `generation_config.json` samples with temperature 0.8 until the story",
    "is over or the context is full.",
]


def opening(run: Run) -> str:
    if is_imported(run):
        return f"A language model from {origin(run)}, passed on by storylm, which did not train it."
    told = "A small language model that tells stories, trained with storylm"
    if run.config.init_from:
        how = "adapted with low-rank adapters" if lora(run) else "fine-tuned"
        return f"{told}: {origin(run)}, {how}."
    return told + "."


def is_imported(run: Run) -> bool:
    return bool(run.config.init_from) and run.config.schedule.steps == 0


def lora(run: Run) -> bool:
    return run.config.finetune is Finetune.lora


def origin(run: Run) -> str:
    """Where the weights came from; of a local path only its name: the rest is nobody's business."""
    source = run.config.init_from
    path = Path(source).expanduser()
    on_hub = len(path.parts) == 2 and not path.exists() and not path.is_absolute()
    return f"[{source}](https://huggingface.co/{source})" if on_hub else f"`{path.name}`"


def model_facts(run: Run, architecture: str) -> list[tuple[str, str]]:
    model = run.model.config
    facts = [
        ("architecture", f"{architecture}, {model.n_layers} layers x {model.d_model}"),
        ("parameters", f"{count_parameters(model):,}"),
        ("heads", heads(run)),
        ("feed-forward", f"{model.d_ff} wide, {model.mlp.value}"),
        ("context", f"{model.context_length:,} tokens"),
        ("vocabulary", f"{model.vocab_size:,} tokens"),
    ]
    if model.rope_scaling is not RopeScaling.none:
        facts[4] = (
            "context",
            f"{model.context_length:,} tokens, stretched from {model.trained_context_length:,} "
            f"({model.rope_scaling.value})",
        )
    return facts


def heads(run: Run) -> str:
    model = run.model.config
    told = f"{model.n_heads} of {model.head_dim}"
    return told + (f", {model.n_kv_heads} for keys and values" if model.queries_per_kv > 1 else "")


def training_facts(run: Run) -> list[tuple[str, str]]:
    """What its run measured: nothing where it left no result.json or was another's."""
    config, facts = run.config, []
    if is_imported(run):
        return facts
    learned = f"{config.tokenizer.kind.value}, {config.tokenizer.name}"
    if config.tokenizer.kind in (TokenizerKind.pretrained, TokenizerKind.top):
        learned = config.tokenizer.kind.value
    facts = [
        ("tokenizer", learned),
        ("data", config.data.hub_id or config.data.name),
        (
            "learning rate",
            f"{config.optim.learning_rate:g} at its peak, {config.schedule.kind.value}, "
            f"{config.run.tokens_per_step:,} tokens per step, seed {config.run.seed}",
        ),
        ("step", f"{run.step:,}"),
    ]
    result = read_result(run.folder) or {}
    return facts + result_facts(run, result)


def result_facts(run: Run, result: dict[str, Any]) -> list[tuple[str, str]]:
    facts = []
    if "tokens" in result:
        passes = f", {result['passes']:.2f} passes" if "passes" in result else ""
        facts.append(("trained on", f"{result['tokens']:,} tokens in {result['steps']:,} steps"))
        facts[-1] = (facts[-1][0], facts[-1][1] + passes)
    bits = {
        result.get("steps"): result.get("val/bits_per_byte"),
        result.get("best_step"): result.get("best_bits_per_byte"),
    }.get(run.step)
    if bits is None:
        return facts
    facts.append(("bits per byte", f"**{bits:.4f}** on held-out stories"))
    untrained, floor = result.get("untrained_bits_per_byte"), result.get("floor_bits_per_byte")
    if untrained is not None:
        before = "before" if run.config.init_from else "untrained"
        facts.append((before, f"{untrained:.4f} bits per byte"))
    if floor is not None:
        facts.append(("floor of the data", f"{floor:.4f} bits per byte, its entropy"))
    if untrained is not None and floor is not None and not run.config.init_from:
        way = (untrained - bits) / (untrained - floor)
        facts.append(("way to the floor", f"{100 * way:.1f} %"))
    return facts
