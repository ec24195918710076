// The story on its sheet: words in paragraphs, a cursor among them, shades behind them.
// What a model wrote enters the page here, as text only.

import { bin, chance, wordAt, words } from "./words.js";

export class Story {
  /** `on.open(index)` a word was chosen; `on.look(index, byKeyboard)` it is looked at, or null. */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.clear();
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.moved(event));
    root.addEventListener("focusin", () => this.on.look(this.cursor, true));
    root.addEventListener("focusout", () => this.on.look(null));
    root.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") this.on.look(this.indexOf(event.target));
    });
    root.addEventListener("pointerleave", () => this.on.look(null));
  }

  clear() {
    this.pieces = [];
    this.words = [];
    this.spans = [];
    this.cursor = 0;
    this.root.replaceChildren();
  }

  /** Show these pieces; words that are on the sheet already stay where they are. */
  show(pieces, given) {
    const known = this.pieces.length > 0 && this.given === given;
    const grows = known && this.pieces.every((piece, i) => piece === pieces[i]);
    const held = this.root.contains(document.activeElement);
    const place = this.words[this.cursor]?.start ?? 0;
    if (!grows) this.clear();
    const last = grows ? this.words.pop() : { from: 0, start: 0, gap: "" };
    const kept = this.words.length;
    this.pieces = pieces.slice();
    this.given = given;
    this.words.push(...words(pieces, last.from, last.start, last.gap));
    if (grows && this.words[kept].lead !== last.lead) this.take(kept, last.lead);
    for (let i = kept; i < this.words.length; i++) this.write(i);
    if (!grows) this.cursor = Math.max(0, wordAt(this.words, place));
    this.steady();
    if (held && !this.root.contains(document.activeElement)) this.spans[this.cursor]?.focus();
  }

  write(i) {
    const word = this.words[i];
    const span = this.spans[i] ?? this.add(word);
    this.spans[i] = span;
    span.textContent = word.text;
    span.classList.toggle("given", word.to <= this.given);
    const probability = chance(word, this.pieces);
    if (probability === null || !word.text) delete span.dataset.bin;
    else span.dataset.bin = bin(probability);
    const chosen = this.pieces.slice(word.from, word.to).some((piece) => piece.chosen);
    span.classList.toggle("chosen", chosen);
  }

  add(word) {
    const span = document.createElement("span");
    span.className = "word";
    const paragraph = this.root.lastElementChild;
    if (!paragraph || word.lead.includes("\n")) this.begin(word);
    else if (word.lead) paragraph.append(word.lead);
    this.root.lastElementChild.append(span);
    return span;
  }

  /** Take a word off the sheet, with the blank space before it. */
  take(i, lead) {
    const paragraph = this.spans[i].parentElement;
    if (lead && !lead.includes("\n")) this.spans[i].previousSibling?.remove();
    this.spans[i].remove();
    if (!paragraph.childNodes.length) paragraph.remove();
    delete this.spans[i];
  }

  begin(word) {
    const paragraph = document.createElement("p");
    const header = word.from < this.given && HEADER.test(word.text);
    const close = /^[^\n]*\n[^\n]*$/.test(word.lead);
    paragraph.classList.toggle("header", header);
    paragraph.classList.toggle("close", close && Boolean(this.root.lastElementChild));
    this.root.append(paragraph);
  }

  /** One word takes part in the order of tabs; arrows move on from there. */
  steady() {
    this.cursor = Math.min(this.cursor, Math.max(0, this.spans.length - 1));
    const before = this.root.querySelector(".word[tabindex]");
    const now = this.spans[this.cursor];
    if (before === now) return;
    for (const name of ["tabindex", "role", "aria-haspopup", "aria-describedby"]) {
      before?.removeAttribute(name);
    }
    now?.setAttribute("tabindex", "0");
    now?.setAttribute("role", "button");
    now?.setAttribute("aria-haspopup", "dialog");
    now?.setAttribute("aria-describedby", "tip");
  }

  focus(index) {
    this.cursor = index;
    this.steady();
    this.spans[this.cursor]?.focus();
  }

  clicked(event) {
    const index = this.indexOf(event.target);
    if (index === null || String(document.getSelection()).trim()) return;
    this.focus(index);
    this.on.open(index);
  }

  moved(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.spans.length - 1;
    const to = {
      ArrowRight: () => this.readable(this.cursor, 1),
      ArrowLeft: () => this.readable(this.cursor, -1),
      ArrowDown: () => this.neighbour(1),
      ArrowUp: () => this.neighbour(-1),
      Home: () => 0,
      End: () => last,
    }[event.key];
    if (to) {
      event.preventDefault();
      this.focus(Math.max(0, Math.min(last, to())));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.on.open(this.cursor);
    }
  }

  readable(index, step) {
    let at = index + step;
    while (this.words[at] && !this.words[at].text) at += step;
    return this.words[at] ? at : index;
  }

  /** The word above or below the cursor. */
  neighbour(step) {
    const here = middle(this.spans[this.cursor]);
    let best = this.cursor;
    let line = null;
    let distance = Infinity;
    for (let i = this.cursor + step; this.spans[i]; i += step) {
      const there = middle(this.spans[i]);
      if (Math.abs(there.y - here.y) < 4) continue;
      line ??= there.y;
      if (Math.abs(there.y - line) >= 4) break;
      if (Math.abs(there.x - here.x) < distance) {
        distance = Math.abs(there.x - here.x);
        best = i;
      }
    }
    return best;
  }

  indexOf(element) {
    const index = this.spans.indexOf(element.closest?.(".word"));
    return index < 0 ? null : index;
  }

  /** Underline a word as broken; -1 takes it back. */
  mark(index) {
    this.spans.forEach((span, i) => span.classList.toggle("broken", i === index));
  }

  /** Shade by `levels[i]` from 0 to 4 how much word `from` looks at each; null takes it back. */
  gaze(from, levels) {
    this.spans.forEach((span, i) => {
      span.classList.toggle("looking", i === from);
      if (levels?.[i]) span.dataset.gaze = levels[i];
      else delete span.dataset.gaze;
    });
  }
}

const HEADER = /^(Words|Features|Summary|Random|Story)$/;

function middle(span) {
  const box = span.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
