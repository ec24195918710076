"""What watches a run: durations, samples, the progress line."""

from types import SimpleNamespace

import pytest

from storylm.training.callbacks import StepProgressBar, minutes, write_samples


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (42.4, "0:42"), (725, "12:05"), (12_000, "3:20:00")]
)
def test_durations_read_as_people_say_them(seconds, said):
    assert minutes(seconds) == said


def test_samples_from_a_step_on_are_forgotten(tmp_path):
    file = tmp_path / "samples.md"
    write_samples(file, 0)
    sections = [f"## Step {step}: 1.0000 bits per byte\n\nOnce. ## Step\n\n" for step in (0, 4, 8)]
    with file.open("a") as opened:
        opened.writelines(sections)
    write_samples(file, 8)
    assert file.read_text() == "# How its stories grew\n\n" + "".join(sections[:2])


def test_the_line_counts_optimizer_steps_and_tells_the_latest_figures(capsys):
    bar = StepProgressBar(every_seconds=0)
    trainer = SimpleNamespace(max_steps=10, global_step=4, is_global_zero=True)
    bar._trainer = trainer
    bar.total = 10
    bar.on_train_start(trainer, None)
    bar.on_train_batch_start()
    bar.on_row(4, {"train/loss": 2.0, "speed/tokens_per_second": 12_345.6})
    bar.on_row(4, {"val/bits_per_byte": 0.5})
    trainer.global_step = 5
    bar.on_train_batch_end(trainer, None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "step 4/10 · loss 2.000 · 0.5000 bits/byte · 12,346 tokens/s"
    assert lines[1].startswith("step 5/10 · loss 2.000 · 0.5000 bits/byte · 12,346 tokens/s · ")
    assert lines[1].endswith(" left")
