"""Text to ids and back, and the file that keeps a vocabulary."""

from storylm.tokenizer.bpe import BYTES, END_OF_STORY, GPT2_SPLIT, NO_SPLIT, Tokenizer
from storylm.tokenizer.files import load_tokenizer
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
    "load_tokenizer",
    "tokenizer_report",
]
