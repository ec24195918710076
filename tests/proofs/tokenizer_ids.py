"""Other programs read the same ids from the exported tokenizer: 10,000 stories, 10,000 strings.

First ours, then each other in the environment that has it; a JSON-lines file carries the texts:

    python tests/proofs/tokenizer_ids.py ours <run> <file.jsonl> [--stories <text file>]
    python tests/proofs/tokenizer_ids.py tokenizers <huggingface export> <file.jsonl>
    python tests/proofs/tokenizer_ids.py transformers <huggingface export> <file.jsonl>
    python tests/proofs/tokenizer_ids.py llama_cpp <model.gguf> <file.jsonl>
"""

import argparse
import json
import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

STORIES = STRINGS = 10_000
SPECIAL = ["<|endoftext|>", "<s>", "</s>", "<unk>", "<|", "|>", "endoftext", "<|end", "oftext|>"]
WORDS = ["it", "I", "They", "she", "dog", "CAN", "naïve", "ſ", "O"]
CONTRACTED = ["'s", "'T", "'rE", "'ve", "'M", "'ll", "'lL", "'d", "'ſ", "’s", "''", "'x", "'", "`"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("who", choices=["ours", *READERS])
    parser.add_argument("source", help="a run for ours, else a file or folder of its export")
    parser.add_argument("file", type=Path, help="texts with our ids, one JSON object a line")
    parser.add_argument(
        "--stories", type=Path, help="half of them from here, <|endoftext|> between"
    )
    given = parser.parse_args()
    if given.who == "ours":
        write_ours(given.source, given.file, given.stories)
    else:
        compare(given.who, READERS[given.who](given.source), given.file)


def write_ours(name: str, file: Path, stories: Path | None) -> None:
    from storylm.checkpoint import load_run
    from storylm.data.fables import Difficulty, tell

    tokenizer = load_run(name).tokenizer
    texts = stories.read_text(encoding="utf-8").split("<|endoftext|>") if stories else []
    texts = texts[: STORIES // 2]
    instruct = [Difficulty(), Difficulty(instruct=True)]
    texts += [tell(seed, instruct[seed % 2]).text for seed in range(STORIES - len(texts))]
    texts = random_strings() + texts
    with file.open("w", encoding="utf-8") as lines:
        for text in texts:
            lines.write(json.dumps({"text": text, "ids": tokenizer.encode(text)}) + "\n")
    print(f"{file}: {len(texts):,} texts, ids of {name}")


def compare(who: str, encode: Callable[[str], list[int]], file: Path) -> None:
    """Count the texts whose ids differ and show the shortest. Leaves with 1 where one does."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    differing = [row["text"] for row in rows if list(encode(row["text"])) != row["ids"]]
    shortest = f", the shortest {min(differing, key=len)!a}" if differing else ""
    print(f"{who}: {len(differing):,} of {len(rows):,} texts differ{shortest}")
    raise SystemExit(bool(differing))


def random_strings() -> list[str]:
    """Up to 30 pieces each, from one kind in turn."""
    rng = random.Random(5)
    kinds = pieces(rng)
    kinds.append([piece for kind in kinds for piece in rng.choices(kind, k=999)])
    pools = islice(cycle(kinds), STRINGS)
    return ["".join(rng.choices(pool, k=rng.randint(1, 30))) for pool in pools]


def pieces(rng: random.Random) -> list[list[str]]:
    """What strings are made of, by kind. Which characters have which category is Python's."""
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    categories = defaultdict(list)
    for character in every:
        categories[unicodedata.category(character)].append(character)
    balanced = [c for members in categories.values() for c in rng.choices(members, k=99)]
    assigned = [c for name in categories if name not in ("Cn", "Co") for c in categories[name]]
    blanks = [c for c in every if c.isspace()] + [*"\u180e\u200b\ufeff", "\r\n", "  ", "a", "1."]
    digits = [c for c in every if c.isnumeric()] + [*"0123456789., a"] * 99
    marks = categories["Mn"] + categories["Mc"] + categories["Me"] + [*"eत ก1.\n"] * 99
    emoji = [chr(c) for c in (*range(0x1F1E6, 0x1F200), *range(0x1F300, 0x1FB00), 0x2764, 0x261D)]
    emoji += [*"\u200d\ufe0f\u20e3🏽 a1"] * 99
    cjk = [c for c in assigned if "\u3000" <= c < "\ue000" or "\U00020000" <= c < "\U00032000"]
    control, printable = categories["Cc"] + [*"ab 1.\n"], [chr(c) for c in range(0x20, 0x7F)]
    spelled, contracted = [*SPECIAL, "a", " ", "\n"], [*WORDS, *CONTRACTED, *CONTRACTED, " ", "\n"]
    found = [printable, every, assigned, balanced, emoji, blanks, digits, contracted, marks]
    return [*found, cjk, control, spelled]


def from_tokenizers(source: str) -> Callable[[str], list[int]]:
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(Path(source) / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def from_transformers(source: str) -> Callable[[str], list[int]]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source)
    plain = {"add_special_tokens": False, "split_special_tokens": True}
    return lambda text: tokenizer.encode(text, **plain)


def from_llama_cpp(source: str) -> Callable[[str], list[int]]:
    from llama_cpp import Llama

    llama = Llama(source, vocab_only=True, verbose=False)
    return lambda text: llama.tokenize(text.encode(), add_bos=False, special=False)


READERS = {
    "tokenizers": from_tokenizers,
    "transformers": from_transformers,
    "llama_cpp": from_llama_cpp,
}

if __name__ == "__main__":
    main()
