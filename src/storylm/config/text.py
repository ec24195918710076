"""Dials of tokenizer and data: where the stories come from, and how they become ids."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from storylm.config.checks import (
    at_least,
    check_file_name,
    check_line,
    check_split,
    check_use,
    check_values,
    free,
    require,
)


class TokenizerKind(enum.Enum):
    bpe = "bpe"
    """Byte-pair encoding trained here, on the training split."""
    pretrained = "pretrained"
    """A `tokenizer.json` that others made: a local file, or a Hugging Face hub id such as
    openai-community/gpt2."""
    top = "top"
    """The most common `vocab_size` tokens of a pretrained vocabulary on this corpus, as the
    TinyStories paper did."""
    bytes = "bytes"
    """One token per byte: no training, 257 ids."""


LLAMA3_SPLIT = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass
class TokenizerConfig:
    """How text becomes ids."""

    name: str = "fables-2k"
    """Names the folder under `tokenizer.folder`."""
    kind: TokenizerKind = TokenizerKind.bpe
    vocab_size: int = 2_048
    """Ids in all, `<|endoftext|>` included."""
    split: str = LLAMA3_SPLIT
    """Regular expression that cuts text into the pieces within which pairs merge. llama.cpp knows
    the default one."""
    source: str = ""
    """For kind=pretrained and top: a local `tokenizer.json`, its folder, or a hub id."""
    max_bytes: int = 1_000_000_000
    """Training (or counting) reads at most so many bytes of the training split."""
    folder: str = free("tokenizers")

    def __post_init__(self) -> None:
        check_values("tokenizer", self)
        pretrained = self.kind in (TokenizerKind.pretrained, TokenizerKind.top)
        require(
            not pretrained or bool(self.source),
            f"tokenizer.source is empty, but tokenizer.kind={self.kind.value} needs a file or "
            "hub id",
        )
        require(
            self.kind is not TokenizerKind.bytes or self.vocab_size == 257,
            f"tokenizer.vocab_size={self.vocab_size} does not fit tokenizer.kind=bytes, which "
            "has 257 ids (256 bytes and <|endoftext|>)",
        )
        at_least("tokenizer", self, 257, "vocab_size")
        at_least("tokenizer", self, 1, "max_bytes")
        check_file_name("tokenizer.name", self.name)
        check_line("tokenizer.folder", self.folder)
        check_line("tokenizer.source", self.source, empty=True)
        check_split("tokenizer.split", self.split)
        check_use("tokenizer", self, pretrained, "tokenizer.kind=pretrained or top", "source")


class DataKind(enum.Enum):
    fables = "fables"
    """The embedded story world: told from seeds, no file needed."""
    hub = "hub"
    """Files of a data set on the Hugging Face hub."""
    text = "text"
    """Local files: .txt with `<|endoftext|>` between stories, .jsonl, .parquet, and .gz of these.
    """
    bin = "bin"
    """Token files that others made: raw uint16 or uint32."""


@dataclass
class DataConfig:
    """Where the stories come from."""

    name: str = "fables"
    """Names the folder under `data.folder`."""
    kind: DataKind = DataKind.fables
    train: list[str] = field(default_factory=list)
    """Files of the training split: globs, local or (kind=hub) inside the data set."""
    valid: list[str] = field(default_factory=list)
    """Files of the validation split. Empty: `valid_share` of the training stories is held out
    instead."""
    valid_share: float = 0.01
    """Share of the stories held out when `valid` is empty, chosen story by story by a hash of its
    text."""
    hub_id: str = ""
    """For kind=hub: `owner/name` of the data set."""
    revision: str = "main"
    """For kind=hub: branch, tag or commit."""
    text_field: str = "text"
    """Field of a .jsonl or .parquet row that holds the story."""
    train_stories: int = 30_000
    """Fables: stories told for training. Files: at most so many are read; 0 reads all."""
    valid_stories: int = 300
    """Fables: stories told for validation. Files: at most so many are read; 0 reads all."""
    seed: int = 1
    """Fables: which stories are told."""
    vocabulary: float = 1.0
    """Fables: the share of each set of names, things and places that is used; less is easier."""
    characters: int = 3
    """Fables: children or animals with a name of their own that a story has at most, 2 to 4."""
    length: int = 1
    """Fables: episodes that are woven into the plot at most, 0 to 3."""
    distance: int = 1
    """Fables: how much is told between a fact and what it forces, 0 (nothing) to 3."""
    instruct: bool = False
    """Fables: a header before each story asks for words, features, a plot or a sentence."""
    dtype: str = "uint16"
    """For kind=bin: uint16 or uint32, little-endian."""
    shard_tokens: int = 16_777_216
    """Tokens per shard, about: a shard ends with the story that fills it."""
    folder: str = free("data")
    workers: int = free(0)
    """Processes that tell and tokenize; 0 takes every core."""

    def __post_init__(self) -> None:
        check_values("data", self)
        files = self.kind is not DataKind.fables
        require(
            not files or bool(self.train),
            f"data.train is empty, but data.kind={self.kind.value} reads files: give "
            "data.train='[path/*.txt]'",
        )
        require(
            self.kind is not DataKind.hub or bool(self.hub_id),
            "data.hub_id is empty, but data.kind=hub needs owner/name of a data set",
        )
        require(
            self.kind is not DataKind.bin or bool(self.valid),
            "data.valid is empty, but data.kind=bin has no stories to hold out: give "
            "data.valid='[path/valid.bin]'",
        )
        require(
            self.dtype in ("uint16", "uint32"), f"data.dtype={self.dtype} must be uint16 or uint32"
        )
        at_least("data", self, 0, "train_stories", "valid_stories", "workers")
        at_least("data", self, 0 if files else 1, "train_stories", "valid_stories")
        at_least("data", self, 1_024, "shard_tokens")
        require(
            0 < self.vocabulary <= 1,
            f"data.vocabulary={self.vocabulary} must lie above 0 and at most at 1",
        )
        for dial, low, high in [("characters", 2, 4), ("length", 0, 3), ("distance", 0, 3)]:
            value = getattr(self, dial)
            require(low <= value <= high, f"data.{dial}={value} must lie between {low} and {high}")
        require(
            0 < self.valid_share < 1,
            f"data.valid_share={self.valid_share} must lie between 0 and 1",
        )
        check_file_name("data.name", self.name)
        require(0 <= self.seed < 2**32, f"data.seed={self.seed} must lie between 0 and 2**32 - 1")
        for name in ("folder", "revision", "text_field"):
            check_line(f"data.{name}", getattr(self, name))
        for name in ("train", "valid"):
            for item in getattr(self, name):
                check_line(f"data.{name}", item)
        check_line("data.hub_id", self.hub_id, empty=True)
        require(
            not self.hub_id
            or re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", self.hub_id) is not None,
            f"data.hub_id={self.hub_id} is no owner/name of a data set",
        )
        self.check_uses(files)

    def check_uses(self, files: bool) -> None:
        """The world's other dials are not in it: conf/data/fables_easy.yaml sets them."""
        hub, rows = self.kind is DataKind.hub, self.kind in (DataKind.hub, DataKind.text)
        check_use("data", self, not files, "data.kind=fables", "seed", "instruct")
        where = "files: choose data=text_files, bin or tinystories"
        check_use("data", self, files, where, "train", "valid")
        check_use("data", self, hub, "data.kind=hub", "hub_id", "revision")
        check_use("data", self, rows, "data.kind=text or hub", "text_field")
        held_out = rows and not self.valid
        where = "data.kind=text or hub without data.valid"
        check_use("data", self, held_out, where, "valid_share")
        check_use("data", self, self.kind is DataKind.bin, "data.kind=bin", "dtype")
