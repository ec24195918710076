"""The written questions as tasks of EleutherAI's lm-evaluation-harness, so that any model it can
load is asked the same, and an exported run gives there what it gives here.

    uv run python -m storylm.evaluation.lm_eval tasks
    lm_eval --model hf --model_args pretrained=<an export to huggingface> \\
        --include_path tasks --tasks storylm
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from storylm.evaluation.questions import Question
from storylm.evaluation.written import PROBES, questions
from storylm.whole_files import make_folder, write_whole

TASK = """\
task: storylm_{probe}
tag: storylm
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: multiple_choice
doc_to_text: before
doc_to_choice: choices
doc_to_target: label
target_delimiter: ""  # each choice brings its blank
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
"""


def write_lm_eval_tasks(folder: Path) -> list[Path]:
    """A task file and its questions for each probe; the paths of the task files.

    The harness finds the questions by their absolute path: written again where the folder moves.
    """
    folder = Path(folder).resolve()
    make_folder("folder", folder)
    asked, tasks = questions(), []
    for probe in PROBES:
        data, task = folder / f"storylm_{probe}.jsonl", folder / f"storylm_{probe}.yaml"
        write_whole(data, lines([question for question in asked if question.probe == probe]))
        write_whole(task, TASK.format(probe=probe, data=json.dumps(str(data))))
        tasks.append(task)
    return tasks


def lines(asked: Sequence[Question]) -> str:
    """One question a line. The right choice takes each place in turn: of equal choices the harness
    takes the first."""
    found = []
    for number, question in enumerate(asked):
        choices = list(question.wrong)
        label = number % (len(choices) + 1)
        choices.insert(label, question.right)
        row = {"kind": question.rule, "before": question.before, "choices": choices, "label": label}
        found.append(json.dumps(row) + "\n")
    return "".join(found)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: uv run python -m storylm.evaluation.lm_eval <folder>")
    try:
        print(*write_lm_eval_tasks(Path(sys.argv[1])), sep="\n")
    except (OSError, ValueError) as error:
        sys.exit(f"lm_eval: {error}")
