"""What a good colleague would say of a run before it starts: one line each, with the dial to turn.

Nothing here stops a run. The bounds are wide: a warning that is often wrong is soon not read.
"""

from __future__ import annotations

import math
from typing import Any

from storylm.config import Finetune, OptimizerKind, Scale, TrainConfig
from storylm.model.size import count_parameters, embedding_parameters, non_embedding_parameters
from storylm.optim.scale import Part, rate_scale, step_law

TRUSTED_PARAMETERS, TRUSTED_TOKENS = 1e6, 1e9
"""For smaller models and longer runs the step law's rate, ever higher, is an extrapolation: a low
one is compared with the law's at these bounds."""
FEWEST_WINDOWS = 8
"""Smaller batches gain nothing, whatever the step law says of short runs (runs/LOG.md)."""
TOO_HIGH, TOO_LOW = 3.5, 1 / 5
"""Learning rates over the step law's. On the quickstart's model 2.8 times the law's rate cost 23 %
more bits than the law's, 5.5 times three times as many (runs/LOG.md); a low one wastes time."""


def advice(config: TrainConfig, facts: dict[str, Any]) -> list[str]:
    """Warnings from the dials and the card's facts (preflight.Card), the gravest first.

    A fact that was not measured is missing, and so is what would be said of it.
    """
    return [
        *of_measures(config, facts),
        *of_data(config, facts),
        *([] if config.init_from else of_size(config, facts)),
        *of_learning(config, facts),
        *of_validation(config, facts),
    ]


def of_measures(config: TrainConfig, facts: dict[str, Any]) -> list[str]:
    """What the first steps have shown."""
    found = []
    if not math.isfinite(facts.get("worst_loss", 0.0)):
        found.append(
            f"the loss is {facts['worst_loss']} within the first steps already; lower "
            "optim.learning_rate or take run.precision=fp32"
        )
    needed, free = facts.get("memory_bytes_in_all", 0), facts.get("memory_available_bytes", 0)
    if free and needed > 0.9 * free:
        found.append(
            f"memory: {needed / 2**30:.1f} of {free / 2**30:.1f} GiB; anything beside it may end "
            f"the run: run.micro_batch_size={halved(config)} takes less"
        )
    seconds = facts.get("evaluation_seconds", 0.0)
    share = seconds / facts["seconds"] if facts.get("seconds") else 0.0
    if share > 0.25 and seconds > 30:
        found.append(
            f"evaluation takes {100 * share:.0f} % of the time: raise run.validate_every="
            f"{facts['validate_every']}, or lower run.validate_stories or run.sample_tokens"
        )
    most, disk = facts["checkpoint_bytes_at_most"], facts.get("disk_free_bytes", math.inf)
    if most > 0.5 * disk:
        found.append(
            f"checkpoints take up to {most / 2**30:.1f} of the {disk / 2**30:.1f} GiB that are "
            "free: run.keep_checkpoints and run.checkpoint_gib hold them down"
        )
    return found


def of_data(config: TrainConfig, facts: dict[str, Any]) -> list[str]:
    """How much of the data is read, and how often."""
    found, passes = [], facts["passes"]
    per_step = config.run.tokens_per_step / facts["train_tokens"]
    if per_step > 1:
        found.append(
            f"one step reads the data {per_step:.1f} times: lower run.tokens_per_step="
            f"{config.run.tokens_per_step}, or give more text"
        )
    if passes > 4:  # four passes are nearly as good as new text (arXiv 2305.16264, figure 5)
        found.append(
            f"{passes:.1f} passes over the data: beyond about 4, repeats teach less and less "
            "(Muennighoff et al. 2023); more text, or fewer schedule.steps"
        )
    elif passes < 0.3:
        found.append(
            f"{passes:.2g} passes over the data: most of it is never read; {whole_pass(config)} "
            f"takes {1 / passes:.0f} times as long"
        )
    return found


def of_size(config: TrainConfig, facts: dict[str, Any]) -> list[str]:
    """Whether model and text go together. About 20 tokens per parameter use compute best
    (Hoffmann et al. 2022, arXiv 2203.15556)."""
    found, parameters = [], count_parameters(config.model)
    ratio = facts["tokens"] / parameters
    if ratio < 1:
        found.append(
            f"{ratio:.2g} tokens per parameter, where about 20 use compute best: a smaller model "
            "(size=…) learns more from so few, or raise the schedule's length"
        )
    elif ratio > 1_000:
        found.append(
            f"{ratio:,.0f} tokens per parameter, where about 20 use compute best: a larger model "
            "(size=…) reaches as far in less time"
        )
    share = embedding_parameters(config.model) / parameters
    if share > 0.8:
        found.append(
            f"{100 * share:.0f} % of the parameters are embeddings of {config.model.vocab_size:,} "
            "ids: a smaller tokenizer.vocab_size or model.tie_embeddings=true leaves more to the "
            "blocks"
        )
    return found


def of_learning(config: TrainConfig, facts: dict[str, Any]) -> list[str]:
    """Rate, batch and warm-up."""
    found, steps, warmup = [], facts["steps"], config.schedule.warmup * facts["steps"]
    from_scratch = not config.init_from and config.finetune is Finetune.full
    if from_scratch and config.optim.kind is OptimizerKind.adamw:
        parameters, tokens = non_embedding_parameters(config.model), facts["tokens"]
        law, batch = step_law(parameters, tokens)
        low, _ = step_law(max(parameters, TRUSTED_PARAMETERS), min(tokens, TRUSTED_TOKENS))
        rate = config.optim.learning_rate
        if config.optim.scale is not Scale.none:
            rate *= rate_scale(Part.reader, config.model, config.optim, tokens)
        if rate > TOO_HIGH * law:
            found.append(
                f"optim.learning_rate={rate:g} is {rate / law:.1f} times what this size and length "
                f"like: about {law:.1g} by the step law; higher ones may diverge"
            )
        elif rate < TOO_LOW * low:
            found.append(
                f"optim.learning_rate={rate:g} is 1/{low / rate:.0f} of what this size and length "
                f"like: about {low:.1g} by the step law"
            )
        batch = max(batch, FEWEST_WINDOWS * config.model.context_length)
        if config.run.tokens_per_step > 10 * batch and steps < 10_000:
            found.append(
                f"run.tokens_per_step={config.run.tokens_per_step} is "
                f"{config.run.tokens_per_step / batch:.0f} times what suits so few tokens (the "
                f"step law): smaller steps, and more of them, learn more from the same text"
            )
    if warmup < 10 and steps >= 100:
        found.append(
            f"the warm-up lasts {warmup:.0f} steps, and AdamW's averages know little before ten or "
            f"so: schedule.warmup={math.ceil(1_000 * 10 / steps) / 1_000:g}"
        )
    return found


def of_validation(config: TrainConfig, facts: dict[str, Any]) -> list[str]:
    """Whether the numbers will say something."""
    found, stories, count = [], facts["validation_stories"], facts["validations"]
    if stories < 100:
        found.append(
            f"only {stories} stories to validate on: bits per byte will be sure to a few percent "
            "at best; give data.valid more, or raise run.validate_stories"
        )
    if count <= 2 and facts["steps"] >= 100:
        found.append(
            f"validated at the start and at the end only: run.validate_every="
            f"{max(1, facts['steps'] // 10)} shows how it goes"
        )
    if count > 200:
        found.append(
            f"{count:,} validations: every {facts['validate_every']} steps is more than a curve "
            f"needs; run.validate_every={max(1, facts['steps'] // 20)}"
        )
    return found


def halved(config: TrainConfig) -> int:
    return max(1, config.run.micro_batch_size // 2)


def whole_pass(config: TrainConfig) -> str:
    """The dials that make a run of one pass."""
    lengths = ("steps", "tokens", "flops", "minutes")
    given = [name for name in lengths if getattr(config.schedule, name) is not None]
    return " ".join(["schedule.passes=1", *(f"schedule.{name}=null" for name in given)])
