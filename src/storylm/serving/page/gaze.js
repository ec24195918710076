// Attention over words: which earlier words one looks at, in a chosen layer and head.

import { ask } from "./api.js";
import { THE_END } from "./words.js";

const LEVELS = [0.02, 0.08, 0.2, 0.4];

export class Gaze {
  /** 0 to 4 for each word: how much of word `index`'s attention lies on it. */
  async levels(asked, words, index) {
    const key = JSON.stringify(asked);
    if (this.key !== key) {
      this.key = key;
      this.answer = ask("attention", asked);
      this.answer.catch(() => (this.key = null));
    }
    const { pieces, weights } = await this.answer;
    return looks(spread(pieces, asked.text, words), weights, words.length, index).map(level);
  }
}

/** For each token the word it belongs to; -1 for a mark of beginning. */
function spread(pieces, text, words) {
  let at = 0;
  let word = 0;
  return pieces.map((piece) => {
    if (THE_END.test(piece) && !(piece && text.startsWith(piece, at))) return -1;
    while (words[word] && words[word].end <= at) word++;
    at += piece.length;
    return words[word] ? word : -1;
  });
}

/** The mean over the word's tokens; what lies on a token's own word is left out. */
function looks(owner, weights, count, index) {
  const sums = new Array(count).fill(0);
  const rows = owner.flatMap((word, i) => (word === index ? [weights[i]] : []));
  for (const row of rows) {
    row.forEach((weight, j) => {
      if (owner[j] >= 0 && owner[j] !== index) sums[owner[j]] += weight / rows.length;
    });
  }
  return sums;
}

function level(weight) {
  const found = LEVELS.findIndex((least) => weight < least);
  return found < 0 ? LEVELS.length : found;
}
