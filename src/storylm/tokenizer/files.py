"""A tokenizer on disk: one `tokenizer.json`, ours or another's, found, read and written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from storylm.tokenizer import bpe_file, scored_file
from storylm.tokenizer.bpe import END_OF_STORY, Tokenizer
from storylm.tokenizer.scored import ScoredTokenizer
from storylm.whole_files import write_whole


def load_tokenizer(path: Path) -> Tokenizer | ScoredTokenizer:
    """The tokenizer in a `tokenizer.json`, given by its path or its folder: ours, another's
    byte-level BPE such as GPT-2's, or a scored one such as LLaMA's.

    Truncation, padding and post-processing are of no concern: they do not change the ids of a text.
    Raises FileNotFoundError, and ValueError in one line for what cannot be had exactly here.
    """
    file = Path(path)
    file = file / "tokenizer.json" if file.is_dir() else file
    if not file.is_file():
        raise FileNotFoundError(f"{file} does not exist: train.py makes it, or give its right path")

    def refuse(feature: str) -> NoReturn:
        raise ValueError(
            f"{file}: {feature}; only byte-level BPE with {END_OF_STORY} as its one added token, "
            "and BPE with bytes to fall back to as LLaMA 2 has it, can be read"
        )

    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        form = scored_file if scored_file.is_scored(plain) else bpe_file
        return form.from_json(plain, refuse)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        refuse(f"is no JSON ({error})")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        refuse(f"is no tokenizer.json ({type(error).__name__} {error})")


def find_source(source: str) -> Path:
    """A `tokenizer.json` or its folder by its path, or fetched from the Hugging Face hub."""
    path = Path(source).expanduser()
    if path.exists():
        return path
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*(?<!\.json)", source):
        raise FileNotFoundError(
            f"tokenizer.source={source} does not exist; give a tokenizer.json, its folder, or a "
            "hub id such as openai-community/gpt2"
        )
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(source, "tokenizer.json"))
    except Exception as error:  # no network, no such repository, a gate, a full disk: one line
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ConnectionError(
            f"tokenizer.source={source} is no local file, and the hub did not give it ({reason}); "
            "download its tokenizer.json and give tokenizer.source=<that file>"
        ) from error


def write_json(path: Path, plain: dict[str, Any]) -> None:
    """Write plain data, whole or not at all, and its folder. OSError if it fails."""
    write_whole(path, json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
