"""Write the exact versions of uv.lock into pyproject.toml, after a change of dependencies.

uv lock && uv run --no-project .ci/pin.py
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def pins() -> list[str]:
    """`name==version`, with the marker under which the resolution chose it where it forked."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    names = [package["name"] for package in packages]
    found = []
    for package in packages:
        if package["name"] == "storylm":
            continue
        pin = f"{package['name']}=={package['version']}"
        if names.count(package["name"]) > 1:
            pin += " ; " + " or ".join(f"({marker})" for marker in package["resolution-markers"])
        found.append(pin)
    return sorted(found)


def main() -> None:
    file = ROOT / "pyproject.toml"
    # TOML's double quotes stand outside; the markers' own are single ones.
    listed = "".join(f'    "{pin}",\n' for pin in pins())
    block = f"constraint-dependencies = [\n{listed}]"
    old = re.compile(r"^constraint-dependencies = \[\n.*?^\]", flags=re.S | re.M)
    file.write_text(old.sub(lambda _: block, file.read_text()))
    print(f"{len(pins())} pins written")


if __name__ == "__main__":
    main()
