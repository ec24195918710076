"""What a sweep will take, before anything is trained: each cell's parameters, FLOPs, time, memory.

uv run scripts/sizes.py experiment=depth_width
uv run scripts/sizes.py model.n_layers=1,2,4 model.d_model=64,128    the dials of train.py
uv run scripts/sizes.py experiment=depth_width --no-measure          without trying a step of each
"""

import sys

from storylm import command_line


@command_line.in_one_line
def main() -> None:
    words = [word for word in sys.argv[1:] if word not in ("-m", "--multirun", "--no-measure")]
    if {"-h", "--help"} & set(words):
        print(__doc__)
        return
    from storylm.sweeps.sizes import tell_sizes

    print(tell_sizes(words, measure="--no-measure" not in sys.argv))


if __name__ == "__main__":
    command_line.run_script(main)
