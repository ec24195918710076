"""Shards hold exactly the stories, survive kills and full disks, and are believed only if whole."""

import contextlib
import dataclasses
import errno
import gzip
import json
import math
import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from storylm.config import DataConfig, DataKind, TokenizerConfig, TokenizerKind
from storylm.data import reading, tokenizing, writing
from storylm.data import shards as room
from storylm.data import stories as sources_room
from storylm.data.prepare import prepare_data
from storylm.data.shards import TokenShards
from storylm.data.writing import prepare_shards, write_shards
from storylm.tokenizer import Tokenizer, build_tokenizer
from storylm.whole_files import write_sealed

END = "<|endoftext|>"
TALES = [f"Tale {i}: {'na ' * (i * 37 % 90)}é." for i in range(200)]
HELD = [f"Held {i}." for i in range(5)]


class WideTokenizer:
    """Bytes, in a vocabulary that needs 32 bits."""

    vocab_size, end_of_story, fingerprint = 70_000, 69_999, "wide"

    def encode_stories(self, texts):
        ids = [np.array([69_999, *text.encode()], dtype=np.uint32) for text in texts]
        return np.concatenate(ids)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    config = TokenizerConfig(kind=TokenizerKind.bytes, vocab_size=257, name="bytes")
    return build_tokenizer(config, list)


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "PIECE_BYTES", 900)
    (tmp_path / "train.txt").write_text(f"\n{END}\n".join([*TALES, "  "]) + END)
    (tmp_path / "valid.txt").write_text(END.join(HELD))
    files = {"train": [str(tmp_path / "train.txt")], "valid": [str(tmp_path / "valid.txt")]}
    sizes = {"train_stories": 0, "valid_stories": 0, "shard_tokens": 2_000, "workers": 1}
    return DataConfig(kind=DataKind.text, folder=str(tmp_path / "data"), **files, **sizes)


def straight(tales):
    """The ids of stories, without any of the code above."""
    return np.concatenate([[256, *tale.encode()] for tale in tales])


def contents(folder):
    """What the files hold; verified.json is left out, which names inodes and times."""
    paths = [path for path in sorted(folder.iterdir()) if path.name != "verified.json"]
    return {path.name: path.read_bytes() for path in paths}


def prepare(config, tokenizer, folder=None):
    return prepare_shards(config, tokenizer, folder, progress=False)


def test_shards_hold_the_stories_in_order(config, tokenizer, capsys):
    train, valid = prepare_shards(config, tokenizer)
    assert np.array_equal(train.read(0, len(train)), straight(TALES))
    assert np.array_equal(valid.read(0, len(valid)), straight(HELD))
    assert train.read(0, 1).dtype == np.uint16
    said = capsys.readouterr().out
    assert said.startswith(f"{train.folder}: 205 stories, ")
    assert "(1 empty ones skipped)" in said
    names = [shard["file"] for shard in train.shards]
    assert names == [f"train_{i:05d}.bin" for i in range(len(names))]
    assert {*names, "valid_00000.bin", "manifest.json"} == contents(train.folder).keys()


def test_any_number_of_workers_writes_the_same_bytes(config, tokenizer, tmp_path, monkeypatch):
    """Of a text with a BOM, CRLF and an empty story."""
    monkeypatch.setattr(tokenizing, "ALONE_SECONDS", 0)
    text = f"\r\n{END}\r\n".join([*TALES[:99], " \r\n", *TALES[99:]]).replace("na na", "na\r\nna")
    (tmp_path / "train.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = []
    for workers in (1, 2, 3):
        config.workers = workers
        train, _ = prepare(config, tokenizer, tmp_path / str(workers))
        found.append(contents(train.folder))
    assert all(one == found[0] for one in found)
    told = [tale.replace("na na", "na\r\nna") for tale in TALES]
    assert np.array_equal(train.read(0, len(train)), straight(told))
    assert train.manifest["splits"]["train"]["empty"] == 1


def test_workers_hold_out_the_same_stories_of_a_packed_file(
    config, tokenizer, tmp_path, monkeypatch
):
    monkeypatch.setattr(tokenizing, "ALONE_SECONDS", 0)
    path = tmp_path / "tales.jsonl.gz"
    rows = "\n".join(json.dumps({"text": f" {tale}\r\n"}) for tale in [*TALES, "", " "])
    path.write_bytes(gzip.compress(rows.encode()))
    config = dataclasses.replace(config, train=[str(path)], valid=[], valid_share=0.1, workers=2)
    train, valid = prepare(config, tokenizer)
    held = [tale for tale in TALES if sources_room.is_held_out(tale, 0.1)]
    assert 5 < len(held) < 50
    assert np.array_equal(valid.read(0, len(valid)), straight(held))
    rest = [tale for tale in TALES if tale not in held]
    assert np.array_equal(train.read(0, len(train)), straight(rest))
    assert train.manifest["splits"]["train"]["empty"] == 2


def test_a_shard_ends_with_the_story_that_fills_it(config, tokenizer):
    train, _ = prepare(config, tokenizer)
    lengths = [1 + len(tale.encode()) for tale in TALES]
    assert len(train.shards) > 5
    for shard in train.shards:
        mine = [lengths.pop(0) for _ in range(shard["stories"])]
        assert shard["tokens"] == sum(mine)
        assert sum(mine[:-1]) < 2_000 <= sum(mine) or not lengths


def test_a_shard_that_is_full_to_the_id_ends_there(config, tokenizer, tmp_path):
    (tmp_path / "train.txt").write_text(END.join(["x" * 511] * 5))
    train, _ = prepare(dataclasses.replace(config, shard_tokens=1_024), tokenizer)
    assert [shard["tokens"] for shard in train.shards] == [1_024, 1_024, 512]


def test_the_manifest_counts_right(config, tokenizer):
    train, valid = prepare(config, tokenizer)
    manifest = json.loads((train.folder / "manifest.json").read_text())
    assert len(manifest.pop("seal")) == 64
    assert manifest == train.manifest
    counts = manifest["splits"]["train"]
    size = sum(len(tale.encode()) for tale in TALES)
    assert (counts["stories"], counts["bytes"], counts["tokens"]) == (200, size, size + 200)
    assert counts["empty"] == 1
    assert counts["sources"]["files"][0]["file"] == config.train[0]
    assert (train.stories, train.bytes, valid.stories) == (200, size, 5)
    assert (manifest["dtype"], manifest["vocab_size"], manifest["end_of_story"]) == (
        "uint16",
        257,
        256,
    )
    assert manifest["tokenizer"] == tokenizer.fingerprint
    assert manifest["floor_bits_per_byte"] is None
    train.verify()


def test_reading_crosses_borders(config, tokenizer):
    train, _ = prepare(config, tokenizer)
    every = straight(TALES)
    border = train.ends[0]
    spans = [(0, 0), (5, border), (border - 3, border + 3), (border, border + 9), (10, 9_000)]
    for start, stop in [*spans, (len(train) - 1, len(train)), (len(train), len(train))]:
        assert np.array_equal(train.read(start, stop), every[start:stop])
    with pytest.raises(IndexError, match="outside"):
        train.read(5, len(train) + 1)
    again = pickle.loads(pickle.dumps(train))
    assert np.array_equal(again.read(10, 9_000), every[10:9_000])
    assert len(pickle.dumps(train)) < 1_000


def test_story_starts_are_the_ends_of_stories(config, tokenizer, monkeypatch):
    monkeypatch.setattr(room, "BLOCK", 700)
    train, _ = prepare(config, tokenizer)
    assert np.array_equal(train.story_starts(), np.flatnonzero(straight(TALES) == 256))


def test_a_large_vocabulary_takes_32_bits(config):
    train, _ = prepare(config, WideTokenizer())
    ids = train.read(0, len(train))
    assert ids.dtype == np.uint32
    assert np.array_equal(np.where(ids == 69_999, 256, ids), straight(TALES))


def test_fables_know_their_floor(tmp_path, tokenizer, monkeypatch):
    def tell(seed, difficulty=None):
        return SimpleNamespace(text=f"Fable é {seed}.", bits=1 / (1 + seed % 97))

    monkeypatch.setattr(sources_room, "tell", tell)
    monkeypatch.setattr(sources_room, "BATCH_FABLES", 7)
    sizes = {"train_stories": 60, "valid_stories": 50, "shard_tokens": 1_024, "workers": 1}
    config = DataConfig(folder=str(tmp_path), **sizes)
    train, valid = prepare(config, tokenizer)
    told = [tell(sources_room.fable_seed(1, "valid", i)) for i in range(50)]
    bits, size = math.fsum(t.bits for t in told), sum(len(t.text.encode()) for t in told)
    assert valid.manifest["floor_bits_per_byte"] == bits / size
    assert (train.stories, valid.stories, valid.bytes) == (60, 50, size)
    assert len(valid.shards) > 1


# ----------------------------------------------------------------------------------- fresh or stale


def test_fresh_shards_are_left_and_stale_ones_made_again(config, tokenizer, tmp_path, capsys):
    train, _ = prepare_shards(config, tokenizer)
    before = {path.name: path.stat().st_mtime_ns for path in train.folder.iterdir()}
    capsys.readouterr()
    again, _ = prepare_shards(config, tokenizer)
    assert {path.name: path.stat().st_mtime_ns for path in again.folder.iterdir()} == before
    assert capsys.readouterr().out == ""
    (tmp_path / "train.txt").write_text("Another story.")
    changed, _ = prepare_shards(config, tokenizer)
    assert changed.folder == train.folder
    assert np.array_equal(changed.read(0, len(changed)), straight(["Another story."]))
    assert changed.manifest["fingerprint"] != train.manifest["fingerprint"]
    assert contents(changed.folder).keys() == {
        "train_00000.bin",
        "valid_00000.bin",
        "manifest.json",
    }


def test_other_dials_or_another_tokenizer_have_another_folder(config, tokenizer):
    train, _ = prepare(config, tokenizer)
    capped, _ = prepare(dataclasses.replace(config, train_stories=7), tokenizer)
    wide, _ = prepare(config, WideTokenizer())
    free, _ = prepare(dataclasses.replace(config, workers=0), tokenizer)
    assert len({train.folder, capped.folder, wide.folder}) == 3
    assert free.folder == train.folder
    assert capped.stories == 7


# ----------------------------------------------------------------------------- kills and full disks


def die_after_shards(config, tokenizer, folder, count, workers):
    """Prepare shards in a process that dies without a word in the middle of a shard."""
    written = []

    def die(writer):
        finish(writer)
        written.append(writer)
        if len(written) == count:
            append = writing.ShardWriter.append

            def half(*arguments):
                append(*arguments)
                os.kill(os.getpid(), signal.SIGKILL)

            writing.ShardWriter.append = half

    finish, writing.ShardWriter.finish = writing.ShardWriter.finish, die
    prepare(dataclasses.replace(config, workers=workers), tokenizer, folder)


@pytest.mark.parametrize(("count", "workers"), [(1, 1), (4, 1), (5, 2)])
def test_a_killed_run_goes_on_to_identical_files(
    config, tokenizer, tmp_path, monkeypatch, count, workers
):
    monkeypatch.setattr(tokenizing, "ALONE_SECONDS", 0)
    prepare(config, tokenizer, tmp_path / "whole")
    folder = tmp_path / "killed"
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=die_after_shards, args=(config, tokenizer, folder, count, workers))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    left = contents(folder)
    assert any(name.endswith(".part") for name in left)
    assert "manifest.json" not in left
    whole = {name: path.stat().st_ino for name in left if name.endswith(".json")
             for path in [(folder / name).with_suffix(".bin")]}  # fmt: skip
    assert whole
    prepare(config, tokenizer, folder)
    assert contents(folder) == contents(tmp_path / "whole")
    for name, inode in whole.items():  # what was whole was not written again
        assert (folder / name).with_suffix(".bin").stat().st_ino == inode


def test_after_a_kill_another_text_keeps_nothing(config, tokenizer, tmp_path):
    folder = tmp_path / "data"
    write_shards(config, tokenizer, folder, "train", progress=False)  # and then: a kill
    assert len(contents(folder)) > 5
    (tmp_path / "train.txt").write_text("Another story.")
    train, _ = prepare(config, tokenizer, folder)
    assert np.array_equal(train.read(0, len(train)), straight(["Another story."]))
    assert len(contents(folder)) == 3


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_end_with_a_killed_parent(config, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(tokenizing, "ALONE_SECONDS", 0)
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()

    def run():
        def first(told):
            for encoded in told:
                if children := multiprocessing.active_children():
                    theirs.send([child.pid for child in children])
                    time.sleep(60)
                yield encoded

        writing.show_progress = lambda told, *_: first(told)
        prepare_shards(dataclasses.replace(config, workers=2), tokenizer, tmp_path / "x")

    (tmp_path / "valid.txt").write_text(END.join(TALES))
    child = fork.Process(target=run)
    child.start()
    assert ours.poll(30)
    workers = ours.recv()
    assert workers
    child.kill()
    child.join()
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, "workers have outlived their parent"
        time.sleep(0.02)


def test_a_process_that_is_started_while_interrupts_are_held_never_hears_one():
    code = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    heard = []
    for held in (tokenizing.interrupts_held(), contextlib.nullcontext()):
        with held:
            heard.append(subprocess.check_output([sys.executable, "-c", code], text=True).strip())
    assert heard == ["True", "False"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_in_the_middle_leaves_nothing_half(
    config, tokenizer, tmp_path, monkeypatch, workers
):
    monkeypatch.setattr(tokenizing, "ALONE_SECONDS", 0)
    text = END.join(TALES).encode()
    (tmp_path / "train.txt").write_bytes(text + END.encode() + b"\xff")
    folder = tmp_path / "data"
    with pytest.raises(ValueError, match=f"not UTF-8 at byte {len(text) + len(END)}"):
        prepare_shards(dataclasses.replace(config, workers=workers), tokenizer, folder)
    names = contents(folder)
    assert not any(name.endswith(".part") for name in names)
    assert "manifest.json" not in names
    assert not multiprocessing.active_children()


def test_a_full_disk_ends_in_one_line_and_can_go_on(config, tokenizer, tmp_path):
    whole, _ = prepare(config, tokenizer, tmp_path / "whole")
    config.shard_tokens, folder = 10_000, tmp_path / "data"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, hard))
    try:
        with pytest.raises(OSError, match=r"cannot write into .*make room") as refusal:
            prepare(config, tokenizer, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(refusal.value)
    assert set(contents(folder)) == {"valid_00000.bin", "valid_00000.json"}
    train, _ = prepare(config, tokenizer, folder)
    assert np.array_equal(train.read(0, len(train)), whole.read(0, len(whole)))


# ---------------------------------------------------------------------------------- what is refused


def test_damaged_shards_are_refused(config, tokenizer):
    train, _ = prepare(config, tokenizer)
    path = train.folder / "train_00001.bin"
    data = path.read_bytes()
    path.write_bytes(data[:-2])
    words = f"train_00001.bin has {len(data) - 2:,} bytes, but the manifest says {len(data):,}"
    with pytest.raises(ValueError, match=f"{words}; delete .* and repeat"):
        prepare_shards(config, tokenizer)
    path.write_bytes(data[:-1] + b"\x01")
    TokenShards(train.folder, "train")  # the size is right …
    with pytest.raises(ValueError, match=r"train_00001\.bin has sha256 .*; delete .* and repeat"):
        train.verify()  # … the content is not
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"train_00001\.bin is missing; delete"):
        prepare_shards(config, tokenizer)


def test_strange_manifests_are_refused(config, tokenizer, tmp_path):
    with pytest.raises(FileNotFoundError, match="no finished shards"):
        TokenShards(tmp_path, "train")
    train, _ = prepare(config, tokenizer)
    file = train.folder / "manifest.json"
    whole = file.read_text()
    flipped = whole.replace('"end_of_story": 256', '"end_of_story": 255')
    for text in ('{"format": 99}', "{}", "[]", "no", whole[:-40], flipped):
        file.write_text(text)
        with pytest.raises(ValueError, match=r"manifest\.json is damaged: .*; delete") as refusal:
            prepare_shards(config, tokenizer)
        assert "\n" not in str(refusal.value)
    write_sealed(file, train.manifest | {"format": 99})
    with pytest.raises(ValueError, match=r"manifest\.json has format 99, not 2; delete"):
        prepare_shards(config, tokenizer)


def test_shards_of_an_older_format_are_made_again(config, tokenizer):
    train, _ = prepare(config, tokenizer)
    file, whole = train.folder / "manifest.json", contents(train.folder)
    file.write_text(json.dumps(train.manifest | {"format": 1}))
    prepare(config, tokenizer)
    assert contents(train.folder) == whole


# ------------------------------------------------------------------------------- verified once


def damage(path, where=-1):
    """Flip a bit and leave the size as it is."""
    data = bytearray(path.read_bytes())
    data[where] ^= 1
    path.write_bytes(data)


@pytest.fixture
def read_names(monkeypatch):
    """Names of the shards that are read to be verified, in order."""
    names, verify = [], TokenShards.verify_shard

    def watched(shards, shard, *arguments):
        names.append(Path(shard["file"]).name)
        verify(shards, shard, *arguments)

    monkeypatch.setattr(TokenShards, "verify_shard", watched)
    return names


def test_each_version_of_a_shard_is_verified_once(config, tokenizer, read_names):
    train, _ = prepare(config, tokenizer)
    every = [*(shard["file"] for shard in train.shards), "valid_00000.bin"]
    assert sorted(read_names) == sorted(every)
    prepare(config, tokenizer)
    assert sorted(read_names) == sorted(every)
    (train.folder / "train_00001.bin").touch()
    prepare(config, tokenizer)
    assert sorted(read_names) == sorted([*every, "train_00001.bin"])
    record = train.folder / "verified.json"
    for text in ("no", '{"files": 3}', record.read_text().replace("train_00001", "train_00002")):
        record.write_text(text)
        read_names.clear()
        prepare(config, tokenizer)
        assert sorted(read_names) == sorted(every)


@pytest.mark.parametrize("name", ["train_00003.bin", "valid_00000.bin"])
def test_a_flipped_bit_is_found_before_training(config, tokenizer, name):
    train, _ = prepare(config, tokenizer)
    damage(train.folder / name)
    for _ in range(2):  # what was found damaged is not remembered as verified
        with pytest.raises(
            ValueError, match=rf"{name} has sha256 \w{{12}}, but .* \w{{12}}; delete"
        ):
            prepare(config, tokenizer)


def test_a_flipped_bit_in_a_token_file_of_others_is_found(bins, tokenizer):
    config = bins()
    prepare(config, tokenizer)
    file = Path(config.train[0]).parent / "train_b.bin"
    state = file.stat()
    damage(file)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))  # as a disk would damage it
    with pytest.raises(ValueError, match=r"train_b\.bin has sha256 .*; copy it again, or delete"):
        prepare(config, tokenizer)


def test_long_verifying_says_so_in_one_line(config, tokenizer, monkeypatch, capsys):
    train, _ = prepare(config, tokenizer)
    monkeypatch.setattr(room, "QUIET_SECONDS", 0)
    (train.folder / "verified.json").unlink()
    prepare_shards(config, tokenizer)
    assert capsys.readouterr().out == f"{train.folder}: verifying 0.1 MB of shards, once\n"


def test_shards_in_a_folder_that_cannot_be_written_are_read(config, tokenizer, monkeypatch):
    train, _ = prepare_data(config, tokenizer)
    (train.folder / "verified.json").unlink()
    before = sorted(path.name for path in Path(config.folder).rglob("*"))
    opened = Path.open

    def read_only(path, mode="r", *arguments, **dials):
        if "r" not in mode and Path(config.folder) in path.parents:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return opened(path, mode, *arguments, **dials)

    monkeypatch.setattr(Path, "open", read_only)
    again, _ = prepare_data(config, tokenizer)
    assert np.array_equal(again.read(0, len(again)), straight(TALES))
    assert sorted(path.name for path in Path(config.folder).rglob("*")) == before


def test_another_tokenizer_is_refused(config, tokenizer):
    train, _ = prepare(config, tokenizer)
    train.check_tokenizer(tokenizer)
    with pytest.raises(ValueError, match=f"{tokenizer.fingerprint[:12]}, not with wide"):
        train.check_tokenizer(WideTokenizer())


def test_a_split_without_stories_is_refused(config, tokenizer, tmp_path):
    (tmp_path / "train.txt").write_text(f" {END} ")
    with pytest.raises(ValueError, match="holds no story"):
        prepare(config, tokenizer)


# ---------------------------------------------------------------------------------------- bin files


@pytest.fixture
def bins(tmp_path):
    def make(dtype="uint16", tales=TALES, tail=b"", **dials):
        ids = straight(tales).astype(f"<{dtype[0]}{int(dtype[4:]) // 8}")
        cut = len(ids) // 3
        (tmp_path / "train_a.bin").write_bytes(ids[:cut].tobytes())
        (tmp_path / "train_b.bin").write_bytes(ids[cut:].tobytes() + tail)
        held = dials.pop("held", straight(HELD))
        (tmp_path / "valid.bin").write_bytes(held.astype(ids.dtype).tobytes())
        files = {"train": [f"{tmp_path}/train_*.bin"], "valid": [f"{tmp_path}/valid.bin"]}
        dials = {"dtype": dtype, "folder": str(tmp_path / "data")} | files | dials
        return DataConfig(kind=DataKind.bin, **dials)

    return make


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_token_files_of_others_are_mapped_in_place(bins, tokenizer, dtype):
    config = bins(dtype)
    train, valid = prepare_shards(config, tokenizer)
    assert np.array_equal(train.read(0, len(train)), straight(TALES))
    assert np.array_equal(valid.story_starts(), np.flatnonzero(straight(HELD) == 256))
    assert (train.stories, train.bytes) == (200, sum(len(tale.encode()) for tale in TALES))
    assert list(contents(train.folder)) == ["manifest.json"]
    train.verify()


def test_token_files_that_do_not_fit_are_refused(bins, tokenizer):
    with pytest.raises(ValueError, match=r"train_b\.bin has .* no whole ids of data\.dtype=uint16"):
        prepare_shards(bins(tail=b"x"), tokenizer)
    with pytest.raises(ValueError, match="holds id 300, but the tokenizer has 257"):
        prepare_shards(bins(tail=b"\x2c\x01"), tokenizer)
    with pytest.raises(ValueError, match=r"data\.valid=.* never holds 256"):
        prepare_shards(bins(held=np.array([1, 2, 3])), tokenizer)
    with pytest.raises(ValueError, match=r"valid\.bin has 0 bytes"):
        prepare_shards(bins(held=np.array([])), tokenizer)
