"""Keys and values already computed, so that decoding feeds one token at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from storylm.config import ModelConfig


class KVCache:
    """The keys and values of every layer, for a batch of texts that may differ in length.

    Prompts of different lengths enter padded on the right in one forward pass, and `cut` then drops
    the padding: each row goes on from its own end.
    """

    def __init__(
        self,
        config: ModelConfig,
        batch_size: int,
        *,
        capacity: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """`capacity`: tokens that each row can hold; the model's whole context by default."""
        shape_LBGSK = (
            config.n_layers,
            batch_size,
            config.n_kv_heads,
            config.context_length if capacity is None else capacity,
            config.head_dim,
        )
        self.keys_LBGSK = torch.zeros(shape_LBGSK, device=device, dtype=dtype)
        self.values_LBGSK = torch.zeros(shape_LBGSK, device=device, dtype=dtype)
        self.lengths = [0] * batch_size
        """Tokens that each row holds, kept in Python so that nothing waits for the device."""
        self.positions: slice | Tensor = slice(0, 0)
        """Where the newest tokens stand: a slice where all rows agree, else positions_BT."""

    @property
    def length(self) -> int:
        """Tokens in the longest row."""
        return max(self.lengths, default=0)

    def extend(self, T: int) -> slice | Tensor:
        """Make room for T more tokens in every row and say their positions.

        Raises ValueError when the longest row would not fit.
        """
        start, capacity = self.length, self.keys_LBGSK.size(3)
        if start + T > capacity:
            raise ValueError(f"the cache holds {capacity} tokens, but {start + T} should go in")
        if start == min(self.lengths, default=0):
            self.positions = slice(start, start + T)
        else:
            device = self.keys_LBGSK.device
            lengths_B1 = torch.tensor(self.lengths, device=device)[:, None]
            self.positions = lengths_B1 + torch.arange(T, device=device)
        self.lengths = [length + T for length in self.lengths]
        return self.positions

    def append(self, layer: int, k_BGTK: Tensor, v_BGTK: Tensor) -> tuple[Tensor, Tensor]:
        """Store a layer's newest keys and values; return all of them, k_BGSK and v_BGSK.

        In rows shorter than the longest, what lies past the end is rubbish for the mask to hide.
        """
        k_BGSK, v_BGSK = self.keys_LBGSK[layer], self.values_LBGSK[layer]
        if isinstance(self.positions, slice):
            k_BGSK[:, :, self.positions] = k_BGTK
            v_BGSK[:, :, self.positions] = v_BGTK
        else:
            rows_B1 = torch.arange(len(self.lengths), device=k_BGSK.device)[:, None]
            k_BGSK[rows_B1, :, self.positions] = k_BGTK.transpose(1, 2).to(k_BGSK.dtype)
            v_BGSK[rows_B1, :, self.positions] = v_BGTK.transpose(1, 2).to(v_BGSK.dtype)
        return k_BGSK[:, :, : self.length], v_BGSK[:, :, : self.length]

    def cut(self, lengths: list[int]) -> None:
        """Keep only the first `lengths[b]` tokens of each row b."""
        self.lengths = list(map(min, lengths, self.lengths))

    def select(self, rows: list[int]) -> None:
        """Keep only these rows, in this order."""
        index = torch.tensor(rows, device=self.keys_LBGSK.device, dtype=torch.long)
        self.keys_LBGSK = self.keys_LBGSK[:, index]
        self.values_LBGSK = self.values_LBGSK[:, index]
        self.lengths = [self.lengths[row] for row in rows]
