"""From shards to batches: which windows a step reads, and the rows in which stories are scored.

A step's windows are a pure function of (seed, step): the step is the only state of the data, so a
resumed run reads on exactly where it stopped, with any number of loader workers and devices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import lightning as L
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from storylm.config import TrainConfig
from storylm.data.headers import Headers
from storylm.data.shards import TokenShards
from storylm.tokenizer import Tokenizer

MOVED_AT_ONCE = 2**24
"""Ids that travel to a device together."""


class TokenDataModule(L.LightningDataModule):
    """Training steps as one batch each, validation stories as padded rows.

    A batch is the whole share of an optimizer step that falls to this device; the module splits it
    into micro-batches itself. So Lightning's batches are our steps: there is nothing to convert.
    """

    def __init__(
        self, config: TrainConfig, train: TokenShards, valid: TokenShards, tokenizer: Tokenizer
    ) -> None:
        super().__init__()
        self.config = config
        headers = None
        if config.run.loss_after:
            headers = Headers(train, tokenizer.tokens_V, config.run.loss_after)
        self.windows = TokenWindows(train, config.model.context_length, headers)
        self.rows = StoryRows(
            valid,
            context_length=config.model.context_length,
            max_stories=config.run.validate_stories,
            rows_tokens=config.run.micro_batch_size * config.model.context_length,
        )

    def train_dataloader(self) -> DataLoader:
        run, trainer = self.config.run, self.trainer
        device = trainer.strategy.root_device
        cuda = device.type == "cuda"
        if cuda and not run.workers and 4 * self.windows.bytes_there < cuda_bytes_free(device):
            self.windows.move_to(device)
        sampler = WindowSampler(
            n_windows=len(self.windows),
            windows_per_step=run.tokens_per_step // self.config.model.context_length,
            seed=run.seed,
            rank=trainer.global_rank,
            world_size=trainer.world_size,
            first_step=trainer.global_step,
        )
        return DataLoader(
            self.windows,
            sampler=sampler,
            batch_size=None,
            num_workers=run.workers,
            pin_memory=cuda and self.windows.there is None,
        )

    def windows_of(self, step: int) -> list[int]:
        """The numbers of a step's windows, all devices' together, in their order."""
        run = self.config.run
        per_step = run.tokens_per_step // self.config.model.context_length
        return WindowSampler(len(self.windows), per_step, run.seed).windows(step)

    def val_dataloader(self) -> DataLoader:
        # Every rank scores equally many batches; those beyond the last one are empty repeats.
        ranks = self.trainer.world_size
        share = range(self.trainer.global_rank, -(-len(self.rows) // ranks) * ranks, ranks)
        return DataLoader(self.rows, sampler=share, batch_size=None)


class Windows(NamedTuple):
    """A device's share of a step."""

    tokens_BT: torch.Tensor
    """context_length + 1 ids a row, int64."""
    counted_BT: torch.Tensor | None
    """Whether a token counts as a target; None where all do."""


class TokenWindows(Dataset):
    """Windows of context_length + 1 consecutive ids; neighbours share one id, so that every id but
    the first is a target once.

    Raises ValueError where the shards hold less than one window.
    """

    def __init__(
        self, shards: TokenShards, context_length: int, headers: Headers | None = None
    ) -> None:
        self.shards, self.context_length, self.headers = shards, context_length, headers
        self.there: torch.Tensor | None = None
        """All ids on the device, or None where windows are cut from the shards' files."""
        if len(shards) < context_length + 1:
            raise ValueError(
                f"{shards.folder} holds {len(shards):,} training tokens, fewer than one window of "
                f"model.context_length={context_length} + 1; give more text or lower the context"
            )

    def __len__(self) -> int:
        return (len(self.shards) - 1) // self.context_length

    def __getitem__(self, windows: list[int]) -> Windows:
        """Several windows at once."""
        length = self.context_length
        if self.there is None:
            tokens = np.empty((len(windows), length + 1), dtype=np.int64)
            for row, window in enumerate(windows):
                tokens[row] = self.shards.read(window * length, (window + 1) * length + 1)
            tokens_BT = torch.from_numpy(tokens)
        else:
            starts_B = length * torch.tensor(windows).to(self.there.device, non_blocking=True)
            within_T = torch.arange(length + 1, device=self.there.device)
            tokens_BT = self.there[starts_B[:, None] + within_T].long()
        counted_BT = None
        if self.headers is not None:
            counted = [self.headers.counted(w * length, (w + 1) * length + 1) for w in windows]
            counted_BT = torch.from_numpy(np.stack(counted))
        return Windows(tokens_BT, counted_BT)

    @property
    def bytes_there(self) -> int:
        """What all ids take on a device."""
        return len(self.shards) * self.dtype_there.itemsize

    @property
    def dtype_there(self) -> torch.dtype:
        return torch.int16 if self.shards.vocab_size <= 2**15 else torch.int32

    def move_to(self, device: torch.device) -> None:
        """Hold all ids on the device, so that no step waits for one to come from the host."""
        there = torch.empty(len(self.shards), dtype=self.dtype_there, device=device)
        for start in range(0, len(there), MOVED_AT_ONCE):
            stop = min(start + MOVED_AT_ONCE, len(there))
            ids = self.shards.read(start, stop).astype(np.int64)
            there[start:stop] = torch.from_numpy(ids).to(there.dtype)
        self.there = there


def cuda_bytes_free(device: torch.device) -> int:
    return torch.cuda.mem_get_info(device)[0]


@dataclass
class WindowSampler:
    """Names the windows of each step for one device; endless, and without a length.

    Windows are dealt in passes. Each pass visits every window once, in an order of its own. The
    position is counted before it is split by rank: more devices read the same windows together.
    """

    n_windows: int
    windows_per_step: int
    seed: int
    rank: int = 0
    world_size: int = 1
    first_step: int = 0

    def __post_init__(self) -> None:
        if self.windows_per_step % self.world_size:
            raise ValueError(
                f"run.tokens_per_step is {self.windows_per_step} windows, which "
                f"{self.world_size} devices cannot share evenly; use a multiple"
            )

    def __iter__(self) -> Iterator[list[int]]:
        step = self.first_step
        while True:
            yield self.windows(step)
            step += 1

    def windows(self, step: int) -> list[int]:
        """This device's windows of a step, in the order in which they are read."""
        share = self.windows_per_step // self.world_size
        first = step * self.windows_per_step + self.rank * share
        positions = np.arange(first, first + share, dtype=np.int64)
        passes, places = positions // self.n_windows, positions % self.n_windows
        found = np.empty(share, dtype=np.int64)
        for one in np.unique(passes):
            here = passes == one
            found[here] = shuffled(places[here], self.n_windows, key=(self.seed, int(one)))
        return found.tolist()


def shuffled(places: np.ndarray, n: int, *, key: tuple[int, int]) -> np.ndarray:
    """Where a permutation of range(n), chosen by `key`, sends `places`; in O(1) memory.

    A Feistel network permutes the next even power of two; walking its cycles until they come back
    below n permutes range(n) (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    half = max(1, ((n - 1).bit_length() + 1) // 2)
    mask = np.uint64((1 << half) - 1)
    shift = np.uint64(half)
    rounds = np.random.SeedSequence(key).generate_state(6, np.uint64)

    def permute(values: np.ndarray) -> np.ndarray:
        left, right = values >> shift, values & mask
        for constant in rounds:
            left, right = right, left ^ (mix(right ^ constant) & mask)
        return (left << shift) | right

    values = permute(places.astype(np.uint64))
    while (outside := values >= n).any():
        values[outside] = permute(values[outside])
    return values.astype(np.int64)


def mix(values: np.ndarray) -> np.ndarray:
    """Scatter the bits of 64-bit integers (the finalizer of splitmix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@dataclass
class ScoredRows:
    """Rows of stories, padded to one length R: inputs_BR, targets_BR, and which targets count."""

    inputs_BR: torch.Tensor
    targets_BR: torch.Tensor
    scored_BR: torch.Tensor


class StoryRows(Dataset):
    """Held-out stories cut so that each token is scored once, by the one rule of the project.

    A row is `<|endoftext|>` + story + `<|endoftext|>`. A longer one is scored in strides of half a
    context, each with as much context before it as fits. Item i is a batch of rows of similar
    length, at most `rows_tokens` ids with the padding. Raises ValueError where there is no story.
    """

    def __init__(
        self, shards: TokenShards, *, context_length: int, max_stories: int, rows_tokens: int
    ) -> None:
        self.shards = shards
        self.padding = shards.end_of_story
        starts = shards.story_starts()
        if not len(starts):
            raise ValueError(
                f"{shards.folder} holds no validation story; give data.valid more text"
            )
        ends = np.append(starts[1:], len(shards))
        if max_stories:
            starts, ends = starts[:max_stories], ends[:max_stories]
        self.n_stories = len(starts)
        spans = [
            span
            for start, end in zip(starts.tolist(), ends.tolist())
            for span in strides(start, end, context_length)
        ]
        spans.sort(key=lambda span: (span[2] - span[0], span[0]))
        self.batches: list[list[tuple[int, int, int]]] = []
        for span in spans:
            width = span[2] - span[0]
            if not self.batches or (len(self.batches[-1]) + 1) * width > rows_tokens:
                self.batches.append([])
            self.batches[-1].append(span)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, batch: int) -> ScoredRows:
        spans = self.batches[batch % len(self)]
        width = max(end - first for first, _, end in spans)
        tokens = np.full((len(spans), width + 1), self.padding, dtype=np.int64)
        scored = np.zeros((len(spans), width), dtype=bool)
        for row, (first, scored_from, end) in enumerate(spans):
            ids = self.shards.read(first, min(end + 1, len(self.shards)))
            tokens[row, : len(ids)] = ids  # the split's last story: the padding closes it
            scored[row, scored_from - first : end - first] = batch < len(self)
        ids_BR = torch.from_numpy(tokens)
        return ScoredRows(ids_BR[:, :-1], ids_BR[:, 1:], torch.from_numpy(scored))


def strides(start: int, end: int, context_length: int) -> list[tuple[int, int, int]]:
    """Cut a story's inputs [start, end) into (first input, first scored input, end)."""
    spans = [(start, start, min(end, start + context_length))]
    stride = max(1, context_length // 2)
    while (done := spans[-1][2]) < end:
        stop = min(end, done + stride)
        spans.append((max(start, stop - context_length), done, stop))
    return spans
