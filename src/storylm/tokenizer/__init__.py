"""Text to ids and back, and the file that keeps a vocabulary."""

from storylm.tokenizer.bpe import BYTES, END_OF_STORY, GPT2_SPLIT, NO_SPLIT, Tokenizer
from storylm.tokenizer.files import (
    load_folder,
    load_tokenizer,
    read_origin,
    save_folder,
    source_digest,
)
from storylm.tokenizer.report import tokenizer_report
from storylm.tokenizer.scored import ScoredTokenizer
from storylm.tokenizer.training import build_tokenizer

__all__ = [
    "BYTES",
    "END_OF_STORY",
    "GPT2_SPLIT",
    "NO_SPLIT",
    "ScoredTokenizer",
    "Tokenizer",
    "build_tokenizer",
    "load_folder",
    "load_tokenizer",
    "read_origin",
    "save_folder",
    "source_digest",
    "tokenizer_report",
]
