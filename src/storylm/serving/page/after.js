// After the telling: the words that were given get their numbers, and the world grades the rest.

import { ask } from "./api.js";
import { fitted, textOf, within } from "./words.js";

/** Numbers for the pieces at the beginning that have none; without an answer nothing changes. */
export async function score(told, { run, checkpoint }) {
  const known = told.pieces.findIndex((piece) => piece.logprob !== null);
  const count = known < 0 ? told.pieces.length : known;
  const text = textOf(told.pieces.slice(0, count));
  if (!text) return;
  const scored = await ask("score", { run, checkpoint, text }).catch(() => null);
  const pieces = scored && fitted(scored.pieces.map(tidy), text);
  if (!pieces) return;
  told.pieces = [...pieces, ...told.pieces.slice(count)];
  told.given = within(told.pieces, told.opening.length);
}

/** What the story world says of a story; a refusal of the opening is an answer too. */
export async function grade(told) {
  const text = textOf(told.pieces).slice(told.opening.length);
  if (!text || told.grade) return;
  try {
    told.grade = await ask("grade", { run: told.run, text, prefix: told.opening });
  } catch (error) {
    told.grade = error.kind === "refused" ? { refused: error.message } : null;
  }
}

export function tidy({ text, token, logprob, alternatives }) {
  return { text: text ?? "", token, logprob: logprob ?? null, alternatives: alternatives ?? [] };
}
