"""llama2.c: what its files say is what we compute, both ways, and nothing else is taken for one."""

import pickle
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from storylm import generation
from storylm.checkpoint import Run, load_run
from storylm.config import (
    ImportConfig,
    ImportedRunConfig,
    ModelConfig,
    ScheduleConfig,
    TokenizerConfig,
    TrainConfig,
)
from storylm.export import llama2c
from storylm.export.importing import import_run
from storylm.export.llama2c import PICKLE
from storylm.export.llama2c_tokenizer import read_tokenizer, to_bytes
from storylm.model.transformer import Transformer
from storylm.tokenizer import Tokenizer, build_tokenizer
from storylm.tokenizer.scored import BYTE_PIECES, ScoredTokenizer

CHECKPOINTS = Path(__file__).parent.parent.parent / "shared" / "checkpoints"
WORDS = [" the", "he", " t", "cat", "at", " ", *"theca.\n"]
PIECES = ["<unk>", "\n<s>\n", "\n</s>\n", *BYTE_PIECES, *WORDS]
DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, V, LENGTH = 16, 40, 2, 4, 2, len(PIECES), 24
SIZES = (DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, V, LENGTH)
KV = KV_HEADS * DIM // HEADS
SHAPES = {"wq": (DIM, DIM), "wk": (KV, DIM), "wv": (KV, DIM), "wo": (DIM, DIM)}
SHAPES |= {"w1": (HIDDEN, DIM), "w2": (DIM, HIDDEN), "w3": (HIDDEN, DIM)}
LEGACY = ["embed", "att", "wq", "wk", "wv", "wo", "ffn", "w1", "w2", "w3", "final", "tables"]
NEWER = ["att", "ffn", "final", "embed", "wq", "wk", "wv", "wo", "w1", "w2", "w3"]


# ------------------------------------------ their side, by the layouts and formulas of llama2.c


def draw(shared: bool) -> dict[str, np.ndarray]:
    """Weights by the names of llama2.c, a layer in each row of those that layers have."""
    rng = np.random.default_rng(5)
    w = {name: rng.normal(0, 0.3, (LAYERS, *shape)) for name, shape in SHAPES.items()}
    w |= {name: rng.normal(1, 0.2, (LAYERS, DIM)) for name in ("att", "ffn")}
    w |= {"embed": rng.normal(0, 1, (V, DIM)), "final": rng.normal(1, 0.2, DIM)}
    w["tables"] = np.zeros(LENGTH * DIM // HEADS)  # run passes over them
    w["classifier"] = w["embed"] if shared else rng.normal(0, 1, (V, DIM))
    return {name: array.astype("<f4") for name, array in w.items()}


def quantized(array: np.ndarray, group: int) -> tuple[bytes, np.ndarray]:
    """A matrix as version 2 stores it, and what its reader gets."""
    rows = array.reshape(-1, group)
    scale = (np.abs(rows).max(1) / 127).astype("<f4")
    steps = np.round(rows / scale[:, None]).astype(np.int8)
    got = (steps * scale[:, None]).astype("<f4").reshape(array.shape)
    return steps.tobytes() + scale.tobytes(), got


def write(path: Path, version: int, shared: bool, sizes=SIZES) -> dict[str, np.ndarray]:
    """A model file of llama2.c, and the weights that a reader should find in it."""
    w = draw(shared)
    if version == 0:
        data = struct.pack("<7i", *sizes[:5], sizes[5] if shared else -sizes[5], sizes[6])
    else:
        data = struct.pack("<Ii7iB", 0x616B3432, version, *sizes, shared)
        data = (data + struct.pack("<i", 8) * (version == 2)).ljust(256, b"\0")
    for name in (NEWER if version else LEGACY) + ["classifier"] * (not shared):
        if version == 2 and name not in ("att", "ffn", "final"):
            layers = w[name] if name in SHAPES else w[name][None]
            stored = [quantized(layer, 8) for layer in layers]
            data += b"".join(part for part, _ in stored)
            w[name] = np.stack([got for _, got in stored]).reshape(w[name].shape)
        else:
            data += w[name].tobytes()
    path.write_bytes(data)
    return w | ({"classifier": w["embed"]} if shared else {})


def write_tokenizer(path: Path, pieces: list[str] = PIECES) -> Path:
    data = struct.pack("<i", max(len(piece.encode()) for piece in pieces))
    for id, piece in enumerate(pieces):
        score = -float(max(0, id - 259))
        data += struct.pack("<fi", score, len(piece.encode())) + piece.encode()
    path.write_bytes(data)
    return path


def read_legacy(path: Path) -> tuple[tuple[int, ...], dict[str, np.ndarray]]:
    """The weights of a legacy file as run.c maps them."""
    dim, hidden, layers, heads, kv_heads, vocab, length = sizes = struct.unpack(
        "<7i", path.read_bytes()[:28]
    )
    floats, V, kv = np.fromfile(path, "<f4")[7:], abs(vocab), kv_heads * dim // heads
    shapes = {"embed": (V, dim), "att": (layers, dim), "wq": (layers, dim, dim)}
    shapes |= {"wk": (layers, kv, dim), "wv": (layers, kv, dim), "wo": (layers, dim, dim)}
    shapes |= {"ffn": (layers, dim), "w1": (layers, hidden, dim), "w2": (layers, dim, hidden)}
    shapes |= {"w3": (layers, hidden, dim), "final": (dim,), "tables": (length * dim // heads,)}
    if vocab < 0:
        shapes["classifier"] = (V, dim)
    w = {}
    for name, shape in shapes.items():
        count = int(np.prod(shape))
        w[name], floats = floats[:count].reshape(shape), floats[count:]
    assert floats.size == 0
    return sizes, {"classifier": w["embed"]} | w


def logits_TV(sizes: tuple[int, ...], w: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """The forward of run.c for all positions at once, in float64."""
    dim, _, layers, heads, kv_heads, _, _ = sizes
    K, T = dim // heads, len(ids)

    def norm(x, weight):
        return weight * x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)

    def turn(x_THK):
        angle = np.outer(np.arange(T), 10_000.0 ** (-np.arange(0, K, 2) / K))[:, None]
        even, odd, cos, sin = x_THK[..., ::2], x_THK[..., 1::2], np.cos(angle), np.sin(angle)
        return np.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x_THK.shape)

    x = w["embed"][ids].astype(np.float64)
    for layer in range(layers):
        h = norm(x, w["att"][layer])
        q, k, v = ((h @ w[n][layer].T).reshape(T, -1, K) for n in ("wq", "wk", "wv"))
        q, (k, v) = turn(q), (np.repeat(part, heads // kv_heads, 1) for part in (turn(k), v))
        scores = np.einsum("thk,shk->hts", q, k) / np.sqrt(K)
        scores = np.where(np.tril(np.ones((T, T))), scores, -np.inf)
        p = np.exp(scores - scores.max(-1, keepdims=True))
        y = np.einsum("hts,shk->thk", p / p.sum(-1, keepdims=True), v).reshape(T, dim)
        x = x + y @ w["wo"][layer].T
        h = norm(x, w["ffn"][layer])
        gate = h @ w["w1"][layer].T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w["w3"][layer].T)) @ w["w2"][layer].T
    return norm(x, w["final"]) @ w["classifier"].T


def read_pieces(path: Path) -> tuple[list[bytes], list[float]]:
    data, start, pieces, scores = path.read_bytes(), 4, [], []
    while start < len(data):
        score, length = struct.unpack_from("<fi", data, start)
        pieces.append(data[start + 8 : start + 8 + length])
        scores.append(score)
        start += 8 + length
    assert struct.unpack_from("<i", data)[0] == max(map(len, pieces))
    return pieces, scores


# ----------------------------------------------------------------------------------------- import


@pytest.fixture
def files(tmp_path) -> Path:
    """A folder with a model and its tokenizer."""
    write(tmp_path / "model.bin", 0, shared=True)
    write_tokenizer(tmp_path / "tokenizer.bin")
    return tmp_path


def brought(folder: Path, model: str = "model.bin", **dials) -> Run:
    run = ImportedRunConfig(name="came", folder=str(folder / "runs"))
    import_run(ImportConfig(source=str(folder / model), run=run, **dials))
    return load_run(folder / "runs" / "came", "last")


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own classifier"])
@pytest.mark.parametrize("version", [0, 1, 2])
def test_an_imported_model_computes_what_llama2c_computes(version, shared, files):
    weights = write(files / "model.bin", version, shared)
    run = brought(files)
    assert run.config.model.tie_embeddings == shared
    assert (run.config.model.d_ff, run.config.model.context_length) == (HIDDEN, LENGTH)
    ids = np.random.default_rng(2).integers(0, V, LENGTH).tolist()
    with torch.no_grad():
        ours_TV = run.model(torch.tensor([ids]))[0].numpy()
    theirs_TV = logits_TV(SIZES, weights, ids)
    assert np.abs(ours_TV - theirs_TV).max() < 1e-4 * np.abs(theirs_TV).max()


def test_an_imported_vocabulary_is_that_of_the_file(files):
    tokenizer = brought(files).tokenizer
    assert isinstance(tokenizer, ScoredTokenizer)
    assert [tokenizer.decode([id]) for id in tokenizer.encode("the cat")] == [" the", " ", "cat"]
    assert to_bytes(tokenizer) == (files / "tokenizer.bin").read_bytes()


def test_the_tokenizer_is_found_beside_the_model_or_named(files):
    (files / "tokenizer.bin").rename(files / "tok269.bin")
    brought(files)
    shutil.rmtree(files / "runs")
    shutil.copy(files / "tok269.bin", files / "tok2.bin")
    with pytest.raises(FileNotFoundError, match=r"there are tok2\.bin, tok269\.bin; give tokeniz"):
        brought(files)
    brought(files, tokenizer_file=str(files / "tok2.bin"))


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own classifier"])
@pytest.mark.parametrize("version", [0, 1])
def test_an_imported_model_leaves_with_every_tensors_bytes(version, shared, files):
    weights = write(files / "model.bin", version, shared)
    run = brought(files)
    llama2c.check(run)
    out = files / "out"
    out.mkdir()
    llama2c.export(run, out)
    sizes, found = read_legacy(out / "model.bin")
    assert sizes == (*SIZES[:5], V if shared else -V, LENGTH)
    for name in weights.keys() - {"tables"}:
        assert found[name].tobytes() == weights[name].tobytes(), name
    assert (out / "tokenizer.bin").read_bytes() == (files / "tokenizer.bin").read_bytes()
    assert sorted(file.name for file in out.iterdir()) == ["model.bin", "tokenizer.bin"]


# ------------------------------------------------------------------------------- malformed files


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4])


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0\0\0\0")


def overwrite(at: int, form: str, *values: int):
    def damage(file: Path) -> None:
        data = bytearray(file.read_bytes())
        struct.pack_into(form, data, at, *values)
        file.write_bytes(data)

    return damage


def pickled(file: Path) -> None:
    torch.save({"embed": torch.zeros(2)}, file)


@pytest.mark.parametrize(
    ("version", "damage", "complaint"),
    [
        (0, cut, "cut short"),
        (0, lengthen, "something follows"),
        (1, cut, "cut short"),
        (2, cut, "cut short"),
        (2, lengthen, "something follows"),
        (0, overwrite(20, "<i", 2**31 - 1), "cut short"),
        (0, overwrite(8, "<i", 2**31 - 1), "cut short"),
        (0, overwrite(12, "<i", 5), "header says dim=16, .*n_heads=5"),
        (0, overwrite(16, "<i", 3), "n_kv_heads=3"),
        (0, overwrite(0, "<i", -16), "header says dim=-16"),
        (1, overwrite(0, "<I", 0x616B3431), "header says"),
        (1, overwrite(4, "<i", 3), "version 3; 0, 1 and 2"),
        (1, overwrite(28, "<i", -V), f"vocab_size=-{V}"),
        (1, overwrite(36, "<B", 7), "header says"),
        (2, overwrite(37, "<i", 0), "header says"),
        (2, overwrite(37, "<i", 7), "groups of 7"),
        (0, pickled, "pickle"),
        (0, lambda file: file.write_bytes(b""), "0 bytes"),
        (0, lambda file: file.write_bytes(b"once upon a time " * 99), "no model of llama2.c"),
    ],
)  # fmt: skip
def test_a_model_file_that_is_not_whole_is_refused_in_one_line(version, damage, complaint, files):
    write(files / "model.bin", version, shared=True)
    damage(files / "model.bin")
    assert_refused(files, complaint, "model.bin")


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (cut, f"ends after {V - 1} of {V}|within piece {V - 1} of {V}"),
        (lengthen, f"goes on after the {V} pieces"),
        (lambda file: write_tokenizer(file, PIECES[:-1]), f"ends after {V - 1} of {V}"),
        (lambda file: write_tokenizer(file, [*PIECES[:-1], "cat"]), "'cat' twice"),
        (lambda file: write_tokenizer(file, [*PIECES[3:], "a", "b", "c"]), "first ids are not"),
        (lambda file: write_tokenizer(file, [p if p != " " else "_" for p in PIECES]), "a blank"),
        (overwrite(8, "<i", -1), "within piece 0"),
        (overwrite(4, "<f", float("nan")), "without a score"),
        (overwrite(12, "<B", 0xFF), "piece 0 is no UTF-8"),
        (lambda file: file.write_bytes(b""), "ends after 0"),
        (Path.unlink, "no tokenizer.bin beside it"),
    ],
)
def test_a_tokenizer_that_is_not_the_models_is_refused_in_one_line(damage, complaint, files):
    damage(files / "tokenizer.bin")
    assert_refused(files, complaint, "")


def assert_refused(folder: Path, complaint: str, name: str) -> None:
    with pytest.raises((ValueError, OSError), match=complaint) as caught:
        brought(folder)
    assert str(folder / name) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (folder / "runs").exists()


# ----------------------------------------------------------------------------------------- export


@pytest.fixture(scope="module")
def byte_level() -> Tokenizer:
    whole = "The old grey cat said: “No, é!” One little hen ran home, and then she slept.\n"
    stories = [whole[start:] for start in range(0, len(whole), 5)]
    return build_tokenizer(TokenizerConfig(vocab_size=300), lambda: iter(stories))


def drawn(tokenizer: Tokenizer | ScoredTokenizer, seed: int = 1, **dials) -> Run:
    """A run of drawn weights that says many things."""
    sizes = {"n_layers": 3, "d_model": 32, "head_dim": 8, "context_length": 64, "init_std": 0.4}
    torch.manual_seed(seed)
    model = ModelConfig(vocab_size=tokenizer.vocab_size, **sizes | dials)
    config = TrainConfig(model=model, schedule=ScheduleConfig(steps=1))
    return Run(Path("."), Path("x.ckpt"), 1, config, Transformer(model).eval(), tokenizer)


@pytest.mark.parametrize("dials", [{}, {"queries_per_kv": 2, "tie_embeddings": False}], ids=str)
def test_a_run_of_ours_tells_the_same_there(dials, byte_level, tmp_path):
    """From id 1, as `run` starts, the best next pieces of the file spell our best next tokens."""
    seen = set()
    for seed in range(3):
        run = drawn(byte_level, seed, **dials)
        llama2c.check(run)
        llama2c.export(run, tmp_path)
        sizes, weights = read_legacy(tmp_path / "model.bin")
        pieces, _ = read_pieces(tmp_path / "tokenizer.bin")
        start = [byte_level.end_of_story]
        told = generation.generate(run.model, [start], temperature=0.0, max_tokens=40)[0]
        theirs = [1]
        for _ in told:
            theirs.append(int(logits_TV(sizes, weights, theirs)[-1].argmax()))
        assert [spoken(pieces[id]) for id in theirs[1:]] == [
            byte_level.decode_bytes([id]) for id in told
        ]
        seen |= set(told)
    assert len(seen) > 20


def spoken(piece: bytes) -> bytes:
    """What run.c prints of a piece."""
    return bytes([int(piece[3:5], 16)]) if piece.startswith(b"<0x") else piece


def test_a_vocabulary_of_ours_stands_where_run_looks_for_it(byte_level):
    run = drawn(byte_level)
    rows = llama2c.order_of_ids(byte_level)
    assert sorted(rows) == list(range(run.tokenizer.vocab_size))
    assert rows[1] == byte_level.end_of_story
    assert [byte_level.tokens_V[id] for id in rows[3:259]] == [bytes([b]) for b in range(256)]


def test_earlier_merges_score_higher_there(byte_level, tmp_path):
    (tmp_path / "tokenizer.bin").write_bytes(to_bytes(byte_level))
    pieces, scores = read_pieces(tmp_path / "tokenizer.bin")
    merged = [(-score, piece) for piece, score in zip(pieces, scores) if spoken(piece) == piece]
    merged = [piece for _, piece in sorted(merged) if len(piece) > 1]
    ours = [token for token in byte_level.ids if len(token) > 1]
    assert [piece for piece in merged if piece != b"<|endoftext|>"] == ours
    assert pieces[3 + ord("\n")] == b"\n"
    assert pieces[3 + 0xE2] == b"<0xE2>"


@pytest.mark.parametrize(
    ("dial", "value"),
    [
        ("norm", "layernorm"),
        ("norm_eps", 1e-6),
        ("norm_weights", False),
        ("norm_embedding", True),
        ("qk_norm", True),
        ("position", "learned"),
        ("rope_theta", 500_000.0),
        ("rope_scaling", "ntk"),
        ("mlp", "gelu"),
        ("bias", True),
        ("qkv_bias", True),
        ("scale_attention", False),
        ("windows", [0, 16]),
        ("logit_softcap", 15.0),
    ],
)
def test_what_run_would_compute_otherwise_is_refused_by_name(dial, value, byte_level):
    run = drawn(byte_level)
    kind = type(getattr(run.config.model, dial))
    setattr(run.config.model, dial, kind(value))
    with pytest.raises(ValueError, match=rf"model\.{dial}=.*model=llama") as caught:
        llama2c.check(run)
    assert str(value) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_window_that_reaches_over_the_whole_context_is_none(byte_level):
    llama2c.check(drawn(byte_level, windows=[0, 64]))


@pytest.mark.parametrize(
    ("stories", "vocab_size", "complaint"),
    [
        (["ab ab"], 258, "at least two merges.*has 1: take tokenizer.vocab_size=259"),
        (["<0x41>" * 9, "ab"], 261, "cannot hold the token b'<0x"),
        (["a\0\0" * 9, "ab"], 259, "cannot hold the token"),
    ],
)
def test_a_vocabulary_that_the_file_cannot_hold_is_refused(stories, vocab_size, complaint):
    config = TokenizerConfig(vocab_size=vocab_size, split=r"[\s\S]+")
    run = drawn(build_tokenizer(config, lambda: iter(stories)))
    with pytest.raises(ValueError, match=complaint):
        llama2c.check(run)


def test_ranks_are_no_scores(files):
    tokenizer = read_tokenizer(files / "tokenizer.bin", V)
    tokenizer.scores_V = None
    with pytest.raises(ValueError, match="needs a vocabulary with scores"):
        llama2c.check(drawn(tokenizer))


# ---------------------------------------------------------------------------------- stories260K


def test_stories260k_comes_tells_its_story_and_leaves_unchanged(tmp_path):
    if not (CHECKPOINTS / "stories260K.bin").is_file():
        pytest.skip("stories260K.bin is not here")
    shutil.copy(CHECKPOINTS / "stories260K.bin", tmp_path / "model.bin")
    shutil.copy(CHECKPOINTS / "tok512.bin", tmp_path / "tok512.bin")
    run = brought(tmp_path)
    ids = [1, *run.tokenizer.encode("Once upon a time")]
    told = generation.generate(run.model, [ids], temperature=0.0, max_tokens=60)[0]
    sizes, weights = read_legacy(tmp_path / "model.bin")
    best = logits_TV(sizes, weights, [*ids, *told]).argmax(-1)
    assert best[len(ids) - 1 : -1].tolist() == told
    assert run.tokenizer.decode(told).startswith(", there was a little girl named Lily")
    (tmp_path / "out").mkdir()
    llama2c.export(run, tmp_path / "out")
    for old, new in [("tok512.bin", "tokenizer.bin"), ("model.bin", "model.bin")]:
        theirs, ours = (tmp_path / old).read_bytes(), (tmp_path / "out" / new).read_bytes()
        if new == "model.bin":  # the rotation's tables come out of this machine's own cosines
            end = len(theirs) - 4 * 512 * 8
            assert np.allclose(np.frombuffer(ours[end:], "<f4"), np.frombuffer(theirs[end:], "<f4"))
            theirs, ours = theirs[:end], ours[:end]
        assert ours == theirs


def test_no_width_is_taken_for_a_pickle_and_no_pickle_for_a_width():
    assert not any(PICKLE.match(struct.pack("<7i", dim, *[8] * 6)) for dim in range(8, 8_193, 8))
    things = [{"a": 1}, [1, 2], "text", 2.5, (None,)]
    for protocol in range(2, 6):
        assert all(PICKLE.match(pickle.dumps(thing, protocol)) for thing in things)


def test_a_number_that_is_not_finite_is_refused(files):
    data = bytearray((files / "model.bin").read_bytes())
    data[28:32] = struct.pack("<f", float("nan"))
    (files / "model.bin").write_bytes(data)
    with pytest.raises(ValueError, match=r"embed\.weight holds a number that is not finite"):
        brought(files)
    assert not (files / "runs" / "came").exists()
