"""A file is whole or absent, whatever happens while it is written."""

import pytest

from storylm.whole_files import make_folder, whole_file, write_whole


def test_a_file_and_its_folder_are_made(tmp_path):
    write_whole(tmp_path / "a" / "b.txt", "über\r\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "über\r\n".encode()
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.txt"]


def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path):
    file = tmp_path / "b.txt"
    write_whole(file, "old")

    def half() -> None:
        with whole_file(file) as part:
            part.write("half of the new")
            part.flush()
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        half()
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_full_disk_that_torch_reports_is_one(tmp_path):
    def full() -> None:
        with whole_file(tmp_path / "model.ckpt", "wb"):
            raise RuntimeError("[enforce fail at inline_container.cc:671] . unexpected pos 64 vs 0")

    with pytest.raises(OSError, match=r"No space left on device: .*model.ckpt"):
        full()


def test_what_cannot_be_written_is_named(tmp_path):
    write_whole(tmp_path / "file", "")
    with pytest.raises(OSError, match=r"file.b\.txt"):
        write_whole(tmp_path / "file" / "b.txt", "no folder")


def test_a_folder_that_cannot_be_made_is_said_by_its_dial(tmp_path):
    make_folder("run.folder", tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    for folder, words in ((tmp_path / "file", "it is a file"), (tmp_path / "file" / "x", "Not a")):
        with pytest.raises(ValueError, match=f"run.folder={folder}: {words}"):
            make_folder("run.folder", folder)
