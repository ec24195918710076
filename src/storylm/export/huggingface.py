"""Hugging Face, both ways: a folder that `AutoModelForCausalLM` and `AutoTokenizer` load.

Such a folder, or a repository of the hub, becomes a model of ours where every tensor and every
setting has its place here. Nothing is loaded that could run code.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor

from storylm.checkpoint import Run
from storylm.export.architectures import architecture_named, architecture_of
from storylm.export.card import model_card
from storylm.export.importing import Imported, check_tensors
from storylm.export.tables import Architecture
from storylm.tokenizer import Tokenizer, load_tokenizer

FILES = [
    "README.md",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
]


def check(run: Run) -> None:
    """ValueError, in one line, for a model that no architecture of transformers computes."""
    architecture_of(run.model.config)


def export(run: Run, folder: Path) -> None:
    """Write FILES into an empty folder."""
    from safetensors.torch import save

    config, tokenizer = run.model.config, run.tokenizer
    architecture = architecture_of(config)
    weights = architecture.to_theirs(config, run.model.state_dict())
    (folder / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    ends = sorted(tokenizer.ends)
    special = {
        "bos_token_id": tokenizer.end_of_story,
        "eos_token_id": ends[0] if len(ends) == 1 else ends,
    }
    write_json(folder / "config.json", architecture.describe(config) | special)
    telling = {"do_sample": True, "temperature": 0.8, "max_length": config.context_length}
    special["pad_token_id"] = tokenizer.end_of_story
    write_json(folder / "generation_config.json", special | telling)
    write_tokenizer(tokenizer, folder, context_length=config.context_length)
    (folder / "README.md").write_text(model_card(run, architecture.name), encoding="utf-8")


def write_tokenizer(tokenizer: Tokenizer, folder: Path, *, context_length: int) -> None:
    """tokenizer.json, which here opens every text with the end of the story before it, as the model
    has always seen it, and tokenizer_config.json."""
    tokenizer.save(folder / "tokenizer.json")
    plain = read_json(folder / "tokenizer.json")
    spelled = {token["id"]: token["content"] for token in plain["added_tokens"]}
    begin = tokenizer.end_of_story
    end = max(tokenizer.ends - {begin}, default=begin)  # LLaMA has two: <s>, also an end, and </s>
    spelling = spelled[begin]
    opening = {"SpecialToken": {"id": spelling, "type_id": 0}}
    texts = [{"Sequence": {"id": name, "type_id": 0}} for name in "AB"]
    plain["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [opening, texts[0]],
        "pair": [opening, texts[0], opening, texts[1]],
        "special_tokens": {spelling: {"id": spelling, "ids": [begin], "tokens": [spelling]}},
    }
    write_json(folder / "tokenizer.json", plain)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": spelling,
        "eos_token": spelled[end],
        "model_max_length": context_length,
        # Else transformers 4 adds token_type_ids, which generate refuses.
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
    }
    write_json(folder / "tokenizer_config.json", settings)


def how_to_use(folder: Path) -> list[str]:
    return [
        f'  model = AutoModelForCausalLM.from_pretrained("{folder}")',
        f'  tokenizer = AutoTokenizer.from_pretrained("{folder}")',
        f"  {folder / 'README.md'} is the model card",
    ]


def push(folder: Path, repo: str, *, private: bool = True) -> str:
    """Upload the exported files to `owner/name` on the hub and say where they are.

    ValueError or ConnectionError in one line, with the remedy; the folder stays as it is.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import LocalTokenNotFoundError

    if not HUB_ID.fullmatch(repo):
        raise ValueError(f"push_to={repo} is no repository of the hub; give owner/name")
    api = HfApi()
    try:
        url = api.create_repo(repo, private=private, exist_ok=True)
        api.upload_folder(repo_id=repo, folder_path=folder, allow_patterns=FILES)
    except Exception as error:  # no network, no right, a full hub: one line
        status = getattr(getattr(error, "response", None), "status_code", None)
        stays = f"the files are in {folder}"
        if isinstance(error, LocalTokenNotFoundError) or status in (401, 403):
            raise ValueError(
                f"push_to={repo}: the hub does not let us write there ({reason(error)}); log in "
                f"with `uv run hf auth login` or set HF_TOKEN to a token that may write; {stays}"
            ) from error
        raise ConnectionError(
            f"push_to={repo}: the hub did not take it ({reason(error)}); try again; {stays}"
        ) from error
    return f"  uploaded to {url}"


# ---------------------------------------------------------------------------------------- importing


def import_model(source: str, revision: str = "main") -> Imported:
    """Read a folder or a repository of the hub.

    ValueError or OSError, in one line, for what is missing or damaged or cannot be computed exactly
    here.
    """
    where = Path(source).expanduser()
    if not where.is_dir() and (where.exists() or not HUB_ID.fullmatch(source)):
        raise FileNotFoundError(
            f"source={source} is no folder; give one with config.json, model.safetensors and "
            "tokenizer.json, a llama2.c .bin file, or a hub id such as openai-community/gpt2"
        )

    def refuse(feature: str) -> NoReturn:
        raise ValueError(f"{source}: {feature}")

    config_file = find_file(source, "config.json", revision)
    if config_file is None:
        refuse("it has no config.json; give a run, a folder or hub id with one, or a llama2c .bin")
    plain = read_json(config_file)
    architecture = architecture_named(plain, refuse)
    try:
        config = architecture.read(plain, refuse)
    except (TypeError, AttributeError, LookupError, ArithmeticError) as error:
        refuse(f"config.json is none of {architecture.name} ({type(error).__name__}: {error})")
    tokenizer_file = find_file(source, "tokenizer.json", revision)
    if tokenizer_file is None:
        refuse(f"it has no tokenizer.json; {SAVE_AGAIN}")
    tokenizer = load_tokenizer(tokenizer_file)
    given = architecture.full_names(read_tensors(source, revision), refuse)
    if config.tie_embeddings:
        drop_tied(architecture, given, refuse)
    if config.n_layers > len(given):  # before we walk through so many
        refuse(f"it says {config.n_layers} layers, but has only {len(given)} tensors")
    shapes = {name: tensor.shape for name, tensor in given.items()}
    check_tensors(architecture.shapes(config), shapes, source)
    for name, tensor in given.items():
        if tensor.dtype not in (torch.float32, torch.bfloat16, torch.float16, torch.float64):
            refuse(f"{name} is {tensor.dtype}, but quantized weights cannot be read")
        given[name] = tensor.float()
    return Imported(config, architecture.to_ours(config, given), tokenizer)


SAVE_AGAIN = (
    "load it with transformers where you trust it, and save model and tokenizer with "
    "save_pretrained into a folder, which can be read"
)
PICKLE = re.compile(rb"PK\x03\x04|\x80[\x02-\x05][^\x00]", re.DOTALL)
"""How files of torch.save begin; safetensors begin with the length of their header."""
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


def find_file(source: str, name: str, revision: str) -> Path | None:
    """A file of a folder or of a repository; None if it has none of that name.

    ConnectionError, in one line, where the hub cannot be asked.
    """
    if (folder := Path(source).expanduser()).is_dir():
        return folder / name if (folder / name).is_file() else None
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(source, name, revision=revision))
    except Exception as error:  # no network, no such repository, a gate, a full disk: one line
        if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            return None
        raise ConnectionError(
            f"source={source} is no folder, and the hub did not give its {name} ({reason(error)}); "
            "download its files and give source=<their folder>"
        ) from error


def read_tensors(source: str, revision: str) -> dict[str, Tensor]:
    """All tensors of model.safetensors, or of the shards that its index names."""
    file = find_file(source, "model.safetensors", revision)
    if file is not None:
        return read_safetensors(file)
    index_file = find_file(source, "model.safetensors.index.json", revision)
    if index_file is None:
        pickled = find_file(source, "pytorch_model.bin", revision) is not None
        what = "only pytorch_model.bin, a pickle, which may run code" if pickled else "no weights"
        raise ValueError(f"{source} has no model.safetensors, {what}; {SAVE_AGAIN}")
    places = read_json(index_file).get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(n, str) for n in places.values()):
        raise ValueError(f"{index_file}: its weight_map does not name the shard of each tensor")
    tensors: dict[str, Tensor] = {}
    for name in sorted(set(places.values())):
        file = find_file(source, name, revision) if Path(name).name == name else None
        if file is None:
            raise ValueError(f"{source} lacks the shard {name}, which its index names")
        tensors |= read_safetensors(file)
    if missing := sorted(places.keys() - tensors.keys()):
        raise ValueError(f"{source} lacks the tensor {missing[0]}, which its index names")
    return tensors


def read_safetensors(file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    with file.open("rb") as head:
        if PICKLE.match(head.read(8)):
            raise ValueError(f"{file} is a pickle, which may run code; {SAVE_AGAIN}")
    try:
        return load_file(file)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ValueError(
            f"{file} is cut off or no safetensors file ({reason(error)}); fetch it again"
        ) from None


def drop_tied(architecture: Architecture, given: dict[str, Tensor], refuse: Any) -> None:
    """Some files keep a tied unembedding beside the embedding; it must be the same."""
    copy = given.pop("lm_head.weight", None)
    embed = given.get(f"{architecture.prefix}{architecture.rows[0].theirs}.weight")
    if copy is not None and embed is not None and not torch.equal(copy, embed):
        refuse(
            "tie_word_embeddings is true, but lm_head.weight differs from the embedding; set "
            "it to false in config.json if they are two"
        )


def read_json(file: Path) -> dict[str, Any]:
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} is no JSON ({error})") from None
    if not isinstance(plain, dict):
        raise ValueError(f"{file} holds no settings, but a {type(plain).__name__}")
    return plain


def write_json(file: Path, plain: dict[str, Any]) -> None:
    text = json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


def reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
