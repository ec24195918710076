"""The environment holds exactly what pyproject.toml pins."""

import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
CONFIG = Path(sys.prefix) / "pyvenv.cfg"
MADE_BY_UV = CONFIG.is_file() and "\nuv = " in "\n" + CONFIG.read_text()


def pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [Requirement(pin) for pin in project["tool"]["uv"]["constraint-dependencies"]]


def test_every_pin_is_exact():
    for pin in pins():
        assert [s.operator for s in pin.specifier] == ["=="], pin


@pytest.mark.skipif(not MADE_BY_UV, reason="this environment was not made by uv, which reads pins")
def test_the_environment_agrees_with_the_pins():
    pinned = {}
    for pin in pins():
        if pin.marker is None or pin.marker.evaluate():
            pinned[pin.name.replace("_", "-").lower()] = pin.specifier
    for package in importlib.metadata.distributions():
        name = package.metadata["Name"].replace("_", "-").replace(".", "-").lower()
        if name not in ("storylm", "pip", "setuptools"):
            assert name in pinned, f"{name} is installed but not pinned"
            assert package.version in pinned[name], f"{name} {package.version} is not as pinned"


def test_known_holes_are_excluded():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "lightning>=2.6.6" in project["project"]["dependencies"]
