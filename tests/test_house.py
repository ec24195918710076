"""The walls of the house: who may import whom, and by which door large dependencies come in."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "storylm"

LEVELS = [
    {"memory", "processes", "whole_files"},
    {"config"},
    {"model", "tokenizer", "ledger", "runs", "origin", "plots", "command_line"},
    {"data", "generation", "optim"},
    {"checkpoint"},
    {"export"},
    {"training", "evaluation", "serving", "atlas"},
    {"benchmark", "sweeps"},
    {"scripts"},
]

DOORS = {
    "hydra": {"config", "command_line", "sweeps", "training/run", "scripts"},
    "omegaconf": {
        "config",
        "command_line",
        "origin",
        "sweeps",
        "training/run",
        "training/report",
        "export/importing",
        "scripts",
    },
    "lightning": {"data/loading", "training", "benchmark/loops"},
    "trackio": {"training/tracking"},
    "rustbpe": {"tokenizer", "benchmark/tokenize_turns"},
    "tiktoken": {"tokenizer"},
    "httpx": {"evaluation/judging/endpoint"},
    "huggingface_hub": {"data/hub", "tokenizer", "export/huggingface"},
    "safetensors": {"export/huggingface"},
    "gguf": {"export/gguf"},
    "pyarrow": {"data/reading"},
    "matplotlib": {"plots"},
    "starlette": {"serving"},
    "uvicorn": {"serving"},
    "transformers": {"benchmark"},
    "tokenizers": set(),
    "yaml": {"config", "evaluation"},
}


def rooms() -> list[Path]:
    return sorted([*SOURCE.rglob("*.py"), *(ROOT / "scripts").glob("*.py")])


def address(path: Path) -> str:
    """config, data/loading, …; scripts are one room."""
    if path.parent.name == "scripts":
        return "scripts"
    return str(path.relative_to(SOURCE).with_suffix("")).replace("\\", "/")


def imports(path: Path) -> set[str]:
    """Every module a file imports, late imports included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def level(room: str) -> int:
    top = room.split("/")[0]
    return next(i for i, names in enumerate(LEVELS) if top in names)


@pytest.mark.parametrize("path", rooms(), ids=address)
def test_rooms_import_only_downwards(path):
    here = address(path)
    if here == "__init__":
        assert not any(name.startswith("storylm") for name in imports(path))
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "storylm" or len(parts) == 1:
            continue
        there = parts[1]
        if here.split("/")[0] == there or not known(there):
            continue  # a file of the same folder, or a name imported from the package itself
        assert level(there) < level(here), f"{here} imports {name}: arrows go down"


def known(room: str) -> bool:
    return any(room in names for names in LEVELS)


@pytest.mark.parametrize("path", rooms(), ids=address)
def test_large_dependencies_come_in_by_their_door(path):
    here = address(path)
    for name in imports(path):
        package = name.split(".")[0]
        if package in DOORS:
            doors = DOORS[package]
            assert here in doors or here.split("/")[0] in doors, f"{here} imports {package}"


def test_dials_are_checked_without_torch():
    """config and command_line must stay quick to import."""
    import subprocess
    import sys

    code = "import storylm.command_line, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_room_is_called_utils():
    for path in rooms():
        assert not {"utils", "common", "helpers", "components"} & set(path.with_suffix("").parts)
