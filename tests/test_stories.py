"""Stories come whole, in order and clean from wherever they are, or one line says why not."""

import dataclasses
import gzip
import http.server
import json
import pickle
import sys
import threading
from types import MappingProxyType, SimpleNamespace

import pytest

from storylm.config import DataConfig, DataKind
from storylm.data import hub as hub_room
from storylm.data import reading
from storylm.data import stories as room
from storylm.data.fables import Difficulty
from storylm.data.stories import batches, fable_seed, is_held_out, sources, stories

TALES = [f"Story {i} é☃ of {'x' * (i % 7)}." for i in range(50)]
END = "<|endoftext|>"


def text_config(*train, valid=(), **dials):
    dials = {"kind": DataKind.text, "train_stories": 0, "valid_stories": 0} | dials
    files = {"train": list(map(str, train)), "valid": list(map(str, valid))}
    return DataConfig(**files, **dials)


def write(path, text):
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def told(config, split="train"):
    return list(stories(config, split))


@pytest.fixture
def valid(tmp_path):
    return [write(tmp_path / "valid.txt", "Held out.")]


# -------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("chunk", [1, 5, 12, 13, 14, 64, 1 << 20])
def test_separators_are_found_across_chunks(tmp_path, monkeypatch, valid, chunk):
    monkeypatch.setattr(reading, "PIECE_BYTES", chunk)
    monkeypatch.setattr(reading, "LOOK_BYTES", chunk)
    path = write(tmp_path / "a.txt", f"\n{END}\n".join(TALES) + f"\n{END}\n")
    assert told(text_config(path, valid=valid)) == TALES


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_every_format_gives_the_same_stories(tmp_path, valid, name, bom):
    if "jsonl" in name:
        text = "\n".join(json.dumps({"id": 7, "tale": tale}) for tale in TALES)
    else:
        text = END.join(f"  {tale}\n" for tale in TALES)
    config = text_config(write(tmp_path / name, bom + text), valid=valid, text_field="tale")
    assert told(config) == TALES


def test_parquet_gives_the_same_stories(tmp_path, valid):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"tale": [*TALES, None]}), tmp_path / "a.parquet")
    write(tmp_path / "b.parquet.gz", (tmp_path / "a.parquet").read_bytes())
    for name in ("a.parquet", "b.parquet.gz"):
        config = text_config(tmp_path / name, valid=valid, text_field="tale")
        assert told(config) == TALES
    with pytest.raises(ValueError, match=r"has no field text, but tale; set data\.text_field"):
        told(text_config(tmp_path / "a.parquet", valid=valid))
    with pytest.raises(ValueError, match="cannot be read as parquet"):
        told(text_config(write(tmp_path / "c.parquet", "no table"), valid=valid))


def test_parquet_without_pyarrow_says_how_to_get_it(tmp_path, monkeypatch, valid):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="uv run --extra parquet"):
        told(text_config(write(tmp_path / "a.parquet", "?"), valid=valid))


def test_globs_are_read_in_order_and_each_file_once(tmp_path, valid):
    for name in "cab":
        write(tmp_path / f"{name}.tale.txt", name)
    config = text_config(tmp_path / "b.*", tmp_path / "*.tale.txt", valid=valid)
    assert told(config) == ["b", "a", "c"]
    assert told(config, "valid") == ["Held out."]


def test_empty_stories_are_skipped_and_counted(tmp_path, valid):
    path = write(tmp_path / "a.txt", f"one{END} \n {END}{END}two{END}\n")
    found = list(batches(text_config(path, valid=valid), "train"))
    assert [text for batch in found for text in batch.tell().texts] == ["one", "two"]
    assert sum(batch.tell().empty for batch in found) == 2


def test_caps_count_stories(tmp_path):
    config = text_config(write(tmp_path / "a.txt", END.join(TALES)), valid_share=0.3)
    every = {split: told(config, split) for split in ("train", "valid")}
    capped = dataclasses.replace(config, train_stories=9, valid_stories=2)
    assert told(capped) == every["train"][:9]
    assert told(capped, "valid") == every["valid"][:2]


@pytest.mark.parametrize("skip", [0, 1, 20, 49, 50])
def test_skipping_gives_the_rest(tmp_path, monkeypatch, valid, skip):
    monkeypatch.setattr(reading, "PIECE_BYTES", 100)
    monkeypatch.setattr(reading, "LOOK_BYTES", 5)  # separators lie across what is looked at
    config = text_config(write(tmp_path / "a.txt", END.join(TALES)), valid=valid)
    found = list(batches(config, "train", skip=skip))
    assert [text for batch in found for text in batch.tell().texts] == TALES[skip:]
    assert found[-1].position == room.extent(config, "train")[0]
    assert all(sum(map(len, batch.tell().texts)) < 150 for batch in found)


def test_held_out_stories_are_disjoint_stable_and_keep_duplicates_together(tmp_path):
    path = write(tmp_path / "a.txt", END.join([*TALES, *TALES]))
    config = text_config(path, valid_share=0.3)
    train, valid = told(config), told(config, "valid")
    assert sorted(train + valid) == sorted(TALES * 2)
    assert not set(train) & set(valid)
    assert 16 <= len(valid) <= 44
    # Never to change: the held-out stories of every run stand on it.
    assert [i for i in range(40) if is_held_out(f"Story {i}.", 0.1)] == HELD_OUT
    write(tmp_path / "b.txt", END.join(reversed(TALES)))
    assert set(told(text_config(tmp_path / "b.txt", valid_share=0.3), "valid")) == set(valid)


HELD_OUT = [27, 28, 33]

BAD = {
    "latin1": ("a.txt", b"good" + END.encode() + b"caf\xe9", "a.txt is not UTF-8 at byte 20"),
    "after BOM": ("a.txt", b"\xef\xbb\xbfcaf\xe9", "a.txt is not UTF-8 at byte 6"),
    "later": ("a.jsonl", b'{"text": "a"}\n{"text": "\xff"}', "a.jsonl is not UTF-8 at byte 24"),
    "no json": ("a.jsonl", '{"text": "a"}\n{"text": ', "line 2 is no JSON"),
    "a list": ("a.jsonl", '["text"]', "line 1 is no JSON object"),
    "no field": ("a.jsonl", '{"story": "a", "id": 3}', "has no field text, but story, id; set"),
    "a number": ("a.jsonl", '{"text": 3}', "text is no text but 3"),
    "half": ("a.jsonl", r'{"text": "\ud83d"}', "line 1 holds half a surrogate pair"),
    "empty": ("a.txt", "", "holds no story"),
    "only blanks": ("a.txt", f" \n{END}\n", "holds no story"),
    "csv": ("a.csv", "a,b", "none of .txt, .jsonl, .parquet"),
    "no gzip": ("a.txt", None, "a.txt.gz is damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_one_line(tmp_path, valid, case):
    name, content, words = BAD[case]
    if content is None:
        path = tmp_path / "a.txt.gz"
        path.write_bytes(gzip.compress(b"Once upon a time" * 99)[:-20])
    else:
        path = write(tmp_path / name, content)
    with pytest.raises(ValueError, match=words) as refusal:
        told(text_config(path, valid=valid))
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_missing_files_are_named(tmp_path, valid):
    write(tmp_path / "a.txt", "a")
    for pattern in ("no.txt", "*.jsonl"):
        with pytest.raises(FileNotFoundError, match=rf"data\.train: no file .*{pattern[-4:]}"):
            told(text_config(tmp_path / "a.txt", tmp_path / pattern, valid=valid))
    with pytest.raises(FileNotFoundError, match=r"data\.valid"):
        told(text_config(tmp_path / "a.txt", valid=[tmp_path / "v.txt"]))


def test_a_file_cannot_be_learned_and_be_the_test(tmp_path, valid):
    write(tmp_path / "a.txt", "a")
    with pytest.raises(ValueError, match=r"valid\.txt is in data\.train and in data\.valid"):
        told(text_config(tmp_path / "*.txt", valid=valid))


def test_a_text_without_separators_must_fit(tmp_path, monkeypatch, valid):
    monkeypatch.setattr(reading, "PIECE_BYTES", 1_000)
    monkeypatch.setattr(reading, "LONGEST_STORY", 5_000)
    path = write(tmp_path / "a.txt", f"short{END}" + "x" * 9_000)
    with pytest.raises(ValueError, match="put one between stories"):
        told(text_config(path, valid=valid))


def test_too_little_text_to_hold_out_says_so(tmp_path):
    config = text_config(write(tmp_path / "a.txt", "Only one."), valid_share=0.01)
    with pytest.raises(ValueError, match=r"valid_share=0\.01 of 1 stories leaves none"):
        told(config, "valid")


def test_sources_change_with_the_file(tmp_path, valid):
    path = write(tmp_path / "a.txt", "one")
    config = text_config(path, valid=valid)
    before = sources(config, "train")
    assert before == json.loads(json.dumps(sources(config, "train")))
    write(path, "one more")
    assert sources(config, "train") != before
    assert sources(config, "valid")["files"][0]["file"] == str(valid[0])


def test_ids_have_no_text(tmp_path):
    config = DataConfig(kind=DataKind.bin, train=["a.bin"], valid=["b.bin"])
    with pytest.raises(ValueError, match="holds token ids, not text"):
        told(config)


# ------------------------------------------------------------------------------------------- fables


def test_no_two_fables_share_a_seed():
    found = {fable_seed(s, split, i) for s in (0, 1, 2, -3) for split in ("train", "valid")
             for i in range(5_000)}  # fmt: skip
    assert len(found) == 4 * 2 * 5_000
    assert all(0 <= seed < 2**63 for seed in found)
    assert fable_seed(1, "train", 0) == 5_495_048_541_703_994_039  # never to change


def test_workers_tell_what_one_process_tells(monkeypatch):
    def tell(seed, difficulty):
        assert difficulty == Difficulty(vocabulary=0.5)
        return SimpleNamespace(text=f"Fable {seed}.", bits=seed % 100 / 8)

    monkeypatch.setattr(room, "tell", tell)
    monkeypatch.setattr(room, "BATCH_FABLES", 4)
    config = DataConfig(train_stories=10, valid_stories=3, vocabulary=0.5)
    expected = [f"Fable {fable_seed(1, 'train', i)}." for i in range(10)]
    assert told(config) == expected
    assert len(told(config, "valid")) == 3
    sent = [pickle.loads(pickle.dumps(batch)) for batch in batches(config, "train", skip=3)]
    assert [text for batch in sent for text in batch.tell().texts] == expected[3:]
    assert [len(batch.tell().bits) for batch in sent] == [4, 3]
    assert sent[-1].position == 10


def test_sources_of_fables_name_the_world():
    config = DataConfig()
    assert sources(config, "train") == sources(config, "train")
    assert sources(config, "train") != sources(dataclasses.replace(config, seed=2), "train")
    assert len(sources(config, "valid")["world"]) == 64


# ---------------------------------------------------------------------------------------------- hub

COMMIT = "c0ffee" * 6 + "beef"


class Hub(http.server.BaseHTTPRequestHandler):
    """The little of the hub's HTTP that listing and downloading a data set ask for."""

    files = MappingProxyType(
        {
            "data/train.txt": END.join(TALES).encode(),
            "data/valid.txt": b"Held out.",
            "README.md": b"# Tales",
        }
    )
    failures = 0
    """Answers 500 so many times first."""
    asked: tuple[str, ...] = ()

    def do_HEAD(self):
        Hub.asked += (f"{self.command} {self.path}",)
        name = self.path.partition("/resolve/main/")[2]
        if Hub.failures:
            Hub.failures -= 1
            self.answer(500, b"")
        elif self.path.startswith("/api/datasets/me/tales/revision/main"):
            siblings = [{"rfilename": name} for name in self.files]
            self.answer(200, json.dumps({"id": "me/tales", "sha": COMMIT, "siblings": siblings}))
        elif self.path.startswith("/datasets/me/tales/") and name in self.files:
            self.answer(200, self.files[name])
        else:
            self.answer(404, b"")

    do_GET = do_HEAD

    def answer(self, status, body):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{len(body):040}"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(tmp_path, monkeypatch):
    from huggingface_hub import constants

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(hub_room, "WAITS", (0, 0))
    Hub.failures, Hub.asked = 0, ()
    hub_room.hub_listing.cache_clear()
    yield server
    hub_room.hub_listing.cache_clear()
    server.shutdown()
    server.server_close()


def hub_config(train="data/tr*.txt", valid="data/valid.txt", hub_id="me/tales"):
    return text_config(train, valid=[valid], kind=DataKind.hub, hub_id=hub_id)


def test_stories_come_from_the_hub_once(hub):
    config = hub_config()
    assert told(config) == TALES
    assert told(config, "valid") == ["Held out."]
    assert sources(config, "train")["commit"] == COMMIT
    assert sources(config, "train")["files"] == ["data/train.txt"]
    told(config)
    assert len([path for path in Hub.asked if path.startswith("GET /datasets")]) == 2


@pytest.mark.parametrize("at", ["listing", "downloading"])
def test_an_error_that_passes_is_tried_again(hub, capsys, at):
    config = hub_config()
    if at == "downloading":
        sources(config, "train")
    Hub.failures = 1
    assert told(config) == TALES
    assert at == "downloading" or "trying again" in capsys.readouterr().err


def test_an_error_that_stays_ends_in_one_line(hub):
    Hub.failures = 99
    with pytest.raises(ConnectionError, match="data=text_files") as refusal:
        told(hub_config())
    assert "\n" not in str(refusal.value)


def test_what_the_hub_does_not_have_is_named(hub, capsys):
    with pytest.raises(FileNotFoundError, match=r"data\.train: no file no\.txt in .*me/tales"):
        told(hub_config(train="no.txt"))
    with pytest.raises(FileNotFoundError, match=r"me/other on http.*check data\.hub_id"):
        told(hub_config(hub_id="me/other"))
    with pytest.raises(ValueError, match=r"data\.hub_id=a/b/c is no owner/name"):
        told(hub_config(hub_id="a/b/c"))
    assert not capsys.readouterr().err  # no use in trying again


def test_without_network_the_files_that_are_here_are_read(hub):
    named, wild = hub_config(train="data/train.txt"), hub_config()
    before = told(named), sources(named, "train")
    told(named, "valid")
    hub.shutdown()
    hub.server_close()
    hub_room.hub_listing.cache_clear()
    assert (told(named), sources(named, "train")) == before
    with pytest.raises(ConnectionError, match=r"tr\*\.txt of me/tales is not here yet"):
        told(wild)
    with pytest.raises(ConnectionError, match="cannot list the data set"):
        told(hub_config(hub_id="me/other"))
