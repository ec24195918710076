// From tokens to words: a word is what a reader sees, of one token or several.
// A piece is {text, token, logprob, alternatives: [{text, token, logprob}], chosen?}.

const LETTER = /[\p{L}\p{N}\p{M}]$/u;
const GOES_ON = /^[\p{L}\p{N}\p{M}]|^['’](?=\p{L})/u;

/** {whole, gap, lead, text, from, to, start, end}: its pieces, and its characters. Blank space that
    a token drags along stands in the lead of the word after it. */
export function words(pieces, from = 0, start = 0, gap = "") {
  const found = [];
  let at = start;
  pieces.slice(from).forEach(({ text }, i) => {
    const last = found.at(-1);
    const to = from + i + 1;
    if (last && goesOn(last, text)) {
      found[found.length - 1] = settled({ ...last, whole: last.whole + text, to });
    } else {
      const before = last ? last.whole.slice(last.whole.trimEnd().length) : gap;
      found.push(settled({ whole: text, gap: before, from: to - 1, to, start: at }));
    }
    at += text.length;
  });
  return found;
}

function goesOn(word, text) {
  return text === "" || !word.text || (LETTER.test(word.whole) && GOES_ON.test(text));
}

function settled(word) {
  const { whole, gap, start } = word;
  const blank = whole.length - whole.trimStart().length;
  const end = start + whole.trimEnd().length;
  return { ...word, text: whole.trim(), lead: gap + whole.slice(0, blank), end };
}

/** The word that holds character `at`, or the next one. */
export function wordAt(found, at) {
  return found.findIndex((word) => word.end > at && word.text);
}

/** The probability of all of a word, given what stands before; null where it is not known. */
export function chance(word, pieces) {
  let sum = 0;
  for (const piece of pieces.slice(word.from, word.to)) {
    if (typeof piece.logprob !== "number") return null;
    sum += piece.logprob;
  }
  return Math.exp(Math.min(0, sum));
}

/** The token with which a word begins to be seen. */
export function firstPiece(word, pieces) {
  for (let i = word.from; i < word.to; i++) if (pieces[i].text.trim()) return i;
  return word.from;
}

export const BINS = [0.25, 0.1, 0.03, 0.01];

/** 0 for what the model expected, 4 for what surprised it most. */
export function bin(probability) {
  const found = BINS.findIndex((least) => probability >= least);
  return found < 0 ? BINS.length : found;
}

export function percent(probability) {
  const value = 100 * probability;
  if (value >= 99.95) return "100 %";
  if (value >= 9.95) return `${value.toFixed(0)} %`;
  if (value >= 0.95) return `${value.toFixed(1)} %`;
  if (value >= 0.095) return `${value.toFixed(2)} %`;
  return "< 0.1 %";
}

export const THE_END = /^(<\|endoftext\|>|<\/?s>)?$/;

/** A token for people: blank space made visible, the end said in words. */
export function shown(text) {
  if (THE_END.test(text)) return "the story ends";
  const plain = text.replace(/\n/g, "↵").replace(/\t/g, "⇥");
  return plain.trim() ? plain.trim() : plain.replace(/ /g, "␣");
}

export function textOf(pieces) {
  return pieces.map((piece) => piece.text).join("");
}

/** How many of the pieces lie within the first `length` characters. */
export function within(pieces, length) {
  let end = 0;
  const first = pieces.findIndex((piece) => (end += piece.text.length) > length);
  return first < 0 ? pieces.length : first;
}

/** Given text before the model has scored it: one piece a word, no numbers yet. */
export function unscored(text) {
  const parts = text.match(/\s*(?:[\p{L}\p{N}\p{M}'’]+|[^\s\p{L}\p{N}\p{M}]|\s+$)/gu) ?? [];
  return parts.map((part) => ({ text: part, token: null, logprob: null, alternatives: [] }));
}

/** Scored pieces laid over `text`: a mark of beginning is dropped; null where they differ. */
export function fitted(pieces, text) {
  let kept = pieces;
  while (kept.length && textOf(kept) !== text && THE_END.test(kept[0].text)) kept = kept.slice(1);
  return textOf(kept) === text ? kept : null;
}
