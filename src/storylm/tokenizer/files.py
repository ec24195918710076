"""A tokenizer on disk: one `tokenizer.json`, ours or another's, found, read and written.

A folder of ours holds a sealed manifest.json beside it, which says which vocabulary it must be.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NoReturn

from storylm.tokenizer import bpe_file, scored_file
from storylm.tokenizer.bpe import END_OF_STORY, Tokenizer
from storylm.tokenizer.scored import ScoredTokenizer
from storylm.whole_files import read_sealed, write_sealed, write_whole

FORMAT = 1


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


def save_folder(
    folder: Path, tokenizer: Tokenizer | ScoredTokenizer, origin: dict[str, Any]
) -> None:
    """Write tokenizer.json and, last, its manifest: its presence says that all is there.

    `origin` is plain data that says what the vocabulary was made of.
    """
    tokenizer.save(folder / "tokenizer.json")
    said = {"format": FORMAT, "tokenizer": tokenizer.fingerprint}
    said |= {"vocab_size": tokenizer.vocab_size, "origin": origin}
    write_sealed(folder / "manifest.json", said)


def load_folder(folder: Path) -> Tokenizer | ScoredTokenizer | None:
    """The tokenizer that `save_folder` wrote; None where it did not come to its end.

    Raises ValueError in one line where the file is not the vocabulary of the manifest any more.
    """
    file, manifest = folder / "tokenizer.json", folder / "manifest.json"
    if not (manifest.is_file() and file.is_file()):
        return None
    remedy = f"delete {folder} and repeat the command, which makes it again"
    said = str(read_sealed(manifest, remedy).get("tokenizer"))
    try:
        tokenizer = load_tokenizer(file)
        found = tokenizer.fingerprint
    except ValueError as error:
        words = str(error).removeprefix(f"{file}: ").partition("; ")[0]
        raise ValueError(
            f"{file} is damaged: {words}, and {manifest} says vocabulary {said[:12]}; {remedy}"
        ) from None
    if found != said:
        raise ValueError(
            f"{file} is damaged: it holds vocabulary {found[:12]}, but {manifest} says "
            f"{said[:12]}; {remedy}"
        )
    return tokenizer


def read_origin(folder: Path) -> dict[str, Any] | None:
    """What a folder's manifest says the vocabulary was made of; None where none can be read."""
    try:
        return read_sealed(folder / "manifest.json", "").get("origin")
    except (OSError, ValueError):
        return None


def source_digest(source: str) -> str:
    """sha256 of the `tokenizer.json` that `find_source` gives, as hex. Raises as that does."""
    file = find_source(source)
    file = file / "tokenizer.json" if file.is_dir() else file
    if not file.is_file():
        raise FileNotFoundError(f"tokenizer.source={source}: {file} does not exist")
    return hashlib.sha256(file.read_bytes()).hexdigest()


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
