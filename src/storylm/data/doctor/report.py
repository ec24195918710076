"""What the doctor says: a screenful, and a page with examples."""

from __future__ import annotations

from typing import Any

from storylm.command_line import in_columns

SPLITS = ("train", "valid")
ONE_LINE = 88


def screen(facts: dict[str, Any]) -> str:
    """The findings in a screenful."""
    rows = [["", *SPLITS], *table(facts)]
    leaks, words = facts["leaks"], facts["words"]
    new = words["only_valid"]
    lines = [
        in_columns(rows),
        "",
        f"Of validation {leaks['share_of_valid']:.2%} stands in train: {leaks['exact_valid']:,} "
        f"stories to the letter, {leaks['near_valid']:,} nearly (of train that is "
        f"{leaks['exact_train']:,} and {leaks['near_train']:,}).",
        f"Words only in validation: {new['distinct']:,}"
        + "".join(f", {word}" for word, _ in new["most_common"][:5])
        + ("." if new["distinct"] <= 5 else " …"),
    ]
    for kind, some in facts["examples"].items():
        if some:
            stories = " ~ ".join(some[0]["stories"])
            alike = f" ({some[0]['jaccard']:.2f})" if "jaccard" in some[0] else ""
            lines.append(shorten(f"{kind}, {stories}{alike}: {some[0]['texts'][-1]}"))
    return "\n".join(lines)


def shorten(line: str) -> str:
    return line if len(line) <= ONE_LINE else line[: ONE_LINE - 1].rstrip("…") + "…"


def table(facts: dict[str, Any]) -> list[list[str]]:
    """A row for each figure, a column for each split."""

    def row(label: str, of: Any, form: str = "{:,}") -> list[str]:
        return [label, *(form.format(of(split)) for split in SPLITS)]

    copies, characters = facts["copies"], facts["characters"]
    lengths, openings, words = facts["lengths"], facts["openings"], facts["words"]
    return [
        row("stories", lambda s: facts["stories"][s]),
        row("empty, skipped", lambda s: facts["empty"][s]),
        row("exact copies of an earlier one", lambda s: copies[s]["exact"]),
        row("of these only when mended", lambda s: copies[s]["exact_once_mended"]),
        row("near copies of an earlier one", lambda s: copies[s]["near"]),
        row("with mojibake that can be mended", lambda s: characters[s]["mojibake"]),
        row("with mojibake that is unclear", lambda s: characters[s]["unclear"]),
        row("with replacement characters", lambda s: characters[s]["replaced"]),
        row("with control characters", lambda s: characters[s]["control"]),
        row("without a word", lambda s: characters[s]["without_words"]),
        *(row(f"words, {q}", lambda s, q=q: lengths[s]["words"][q], "{:,.0f}")
          for q in ("shortest", "1 %", "median", "99 %", "longest")),
        *(row(f"characters, {q}", lambda s, q=q: lengths[s]["characters"][q], "{:,.0f}")
          for q in ("shortest", "median", "longest")),
        row("begin: once upon a time", lambda s: openings[s]["once_upon_a_time"], "{:.1%}"),
        row("distinct openings of four words", lambda s: openings[s]["distinct"]),
        row("distinct words", lambda s: words[s]["distinct"]),
        row("of these seen once", lambda s: words[s]["once"] / words[s]["distinct"], "{:.1%}"),
    ]  # fmt: skip


def page(facts: dict[str, Any], clean: dict[str, Any] | None) -> str:
    """The whole report as Markdown."""
    method, leaks = facts["method"], facts["leaks"]
    lines = [f"# {facts['data']}: what the doctor found", ""]
    lines += in_markdown([["", *SPLITS], *table(facts)])
    lines += [
        "",
        "Texts are compared after mending, with single blanks. Near copies share at least "
        f"{method['similarity']:g} of their runs of {method['shingle']} words (Jaccard index), and "
        "are counted among distinct texts; one with 10 % of its words replaced has about 0.57.",
        "",
        "## Training stories that stand in validation",
        "",
    ]
    lines += in_markdown(
        [["", "of validation", "of train"],
         ["to the letter", f"{leaks['exact_valid']:,}", f"{leaks['exact_train']:,}"],
         ["nearly", f"{leaks['near_valid']:,}", f"{leaks['near_train']:,}"]]
    )  # fmt: skip
    lines += ["", f"Together {leaks['share_of_valid']:.2%} of validation.", ""]
    if clean is not None:
        lines += ["## The cleaned copy", "", *in_markdown(fates_table(clean)), ""]
        lines += ["```bash", clean["command"], "```", ""]
    for split in SPLITS:
        lines += split_page(facts, split)
    new = facts["words"]["only_valid"]
    lines += ["## Words only in validation", ""]
    lines += [f"{new['distinct']:,} distinct, {new['words']:,} in all. {listed(new)}", ""]
    lines += examples_page(facts["examples"])
    return "\n".join(lines)


def split_page(facts: dict[str, Any], split: str) -> list[str]:
    lengths, characters = facts["lengths"][split], facts["characters"][split]
    openings, words = facts["openings"][split], facts["words"][split]
    quantiles = list(lengths["words"])
    lines = [f"## {split}", ""]
    lines += in_markdown(
        [["", *quantiles]]
        + [[what, *(f"{lengths[what][q]:,.0f}" for q in quantiles)]
           for what in ("words", "characters")]
    )  # fmt: skip
    largest = max(count for *_, count in lengths["histogram"])
    bars = [
        [f"{low:,} to {high:,}", f"{count:,}", "█" * round(40 * count / max(1, largest))]
        for low, high, count in lengths["histogram"]
    ]
    lines += ["", "```", in_columns([["words", "stories", ""], *bars]), "```", ""]
    lines += [f"Common openings: {listed(openings)}", ""]
    lines += [f"Common words: {listed(words)}", ""]
    if characters["found"]:
        odd = "; ".join(f"`{found}` {count:,}" for found, count in characters["found"])
        lines += [f"Odd sequences and characters: {odd}.", ""]
    return lines


def listed(counted: dict[str, Any]) -> str:
    return "; ".join(f"{what} {count:,}" for what, count in counted["most_common"]) + "."


def examples_page(examples: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines = []
    for kind, some in examples.items():
        lines += [f"## Examples: {kind}", ""] if some else []
        for one in some:
            facts = [f"{name} {one[name]:g}" for name in ("jaccard", "contained", "words")
                     if name in one]  # fmt: skip
            lines += [f"**{' and '.join(one['stories'])}**" + "".join(f", {f}" for f in facts), ""]
            for text in one["texts"]:
                lines += ["> " + text.replace("<", "\\<"), ""]
    return lines


def fates_table(clean: dict[str, Any]) -> list[list[str]]:
    """How many stories were kept, and why the others were not."""
    names = list(clean["fates"][SPLITS[0]])
    rows = [[name, *(f"{clean['fates'][split][name]:,}" for split in SPLITS)] for name in names]
    return [["stories", *SPLITS], *rows]


def in_markdown(rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]
