"""The architectures of transformers that compute our models, and which one is which."""

from __future__ import annotations

import json
from typing import Any

from storylm.config import ModelConfig, to_plain
from storylm.export.tables import Architecture, Refuse
from storylm.export.tables_gpt import GPT2, GPT_NEO
from storylm.export.tables_llama import LLAMA, NANOCHAT

ARCHITECTURES = (GPT2, GPT_NEO, LLAMA, NANOCHAT)


def architecture_of(config: ModelConfig) -> Architecture:
    """The one that computes exactly this model.

    ValueError in one line where none does: the dials, their values, and the nearest style.
    """
    nearest = min(ARCHITECTURES, key=lambda a: (len(a.mismatches(config)), a.style != config.style))
    if wrong := nearest.mismatches(config):
        has = " and ".join(f"model.{dial}={shown(getattr(config, dial))}" for dial in wrong)
        needs = " and ".join(f"model.{dial}={shown(value)}" for dial, value in wrong.items())
        raise ValueError(
            f"format=huggingface: no architecture of transformers computes this model with {has}; "
            f"the nearest style, model={nearest.style} ({nearest.name}), needs {needs}"
        )
    return nearest


def architecture_named(plain: dict[str, Any], refuse: Refuse) -> Architecture:
    """The one that a config.json is of."""
    model_type, names = plain.get("model_type"), plain.get("architectures") or []
    for architecture in ARCHITECTURES:
        if model_type == architecture.model_type or (not model_type and architecture.name in names):
            return architecture
    known = ", ".join(architecture.model_type for architecture in ARCHITECTURES)
    named = repr(model_type or names or None)
    refuse(f"model_type={named} is no architecture that can be read here; {known} can")


def shown(value: Any) -> str:
    return json.dumps(to_plain(value)).strip('"')
