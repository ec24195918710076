// The menu of a word, with what could have stood there, and the small note while one looks at it.

import { THE_END, chance, firstPiece, percent, shown } from "./words.js";

const MOST = 8;
export const NARROW = "(max-width: 48rem)";

export class WordMenu {
  constructor() {
    this.root = document.getElementById("menu");
    this.root.addEventListener("keydown", (event) => this.moved(event));
    this.root.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.anchor?.classList.remove("opened");
    });
  }

  get isOpen() {
    return this.root.matches(":popover-open");
  }

  /** `on.goOn(piece)` tells on after that piece; `on.choose(piece, alternative)` replaces it. */
  open(anchor, word, pieces, on) {
    this.anchor = anchor;
    this.on = on;
    this.word = word;
    this.pieces = pieces;
    const many = pieces.slice(word.from, word.to).filter((piece) => piece.text).length > 1;
    const first = firstPiece(word, pieces);
    this.root.replaceChildren(
      this.title(),
      button("Go on from here", "go-on", () => this.done(() => on.goOn(word.to - 1))),
      ...(many ? [this.parts(first)] : []),
      this.list(first),
    );
    this.root.setAttribute("aria-label", `The word “${word.text}”`);
    this.root.showPopover();
    anchor.classList.add("opened");
    place(this.root, anchor);
    this.root.querySelector(".go-on").focus();
  }

  close() {
    if (this.isOpen) this.root.hidePopover();
  }

  done(act) {
    this.close();
    act();
  }

  title() {
    const title = element("p", "menu-title");
    const name = element("strong", "", this.word.text);
    const probability = chance(this.word, this.pieces);
    const note = probability === null ? "not scored" : percent(probability);
    title.append(name, element("span", "soft", note));
    return title;
  }

  /** A word of several tokens: each has alternatives of its own. */
  parts(chosen) {
    const row = element("div", "parts");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Parts of the word");
    for (let i = this.word.from; i < this.word.to; i++) {
      if (!this.pieces[i].text) continue;
      const part = button(shown(this.pieces[i].text), "part", () => {
        this.root.querySelector(".alternatives").replaceWith(this.list(i));
        for (const one of row.children) one.setAttribute("aria-pressed", String(one === part));
        place(this.root, this.anchor);
      });
      part.setAttribute("aria-pressed", String(i === chosen));
      row.append(part);
    }
    return row;
  }

  list(index) {
    const list = element("div", "alternatives");
    const piece = this.pieces[index];
    const others = piece.alternatives.filter((one) => one.text !== piece.text).slice(0, MOST);
    list.append(element("p", "soft", others.length ? "or instead" : "no alternatives known"));
    for (const other of others) {
      const share = Math.exp(other.logprob);
      const choice = button("", "choice", () =>
        this.done(() => this.on.choose(index, other, THE_END.test(other.text))),
      );
      choice.append(element("span", "name", shown(other.text)), bar(share), odds(share));
      list.append(choice);
    }
    return list;
  }

  moved(event) {
    const items = [...this.root.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length)?.focus();
  }
}

export class Tip {
  constructor() {
    this.root = document.getElementById("tip");
  }

  show(anchor, word, pieces, reason, quick) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fill(anchor, word, pieces, reason), quick ? 0 : 250);
  }

  fill(anchor, word, pieces, reason) {
    const probability = chance(word, pieces);
    if (!anchor.isConnected || (probability === null && !reason)) return this.hide();
    const rows = [];
    if (reason) rows.push(element("p", "reason", reason));
    if (probability !== null) {
      const likely = pieces[firstPiece(word, pieces)].alternatives.slice(0, 5);
      const title = element("p", "menu-title");
      title.append(element("strong", "", word.text), element("span", "soft", percent(probability)));
      rows.push(title, ...likely.map((one) => row(one)));
    }
    this.root.replaceChildren(...rows);
    if (!this.root.matches(":popover-open")) this.root.showPopover();
    place(this.root, anchor);
  }

  hide() {
    clearTimeout(this.timer);
    if (this.root.matches(":popover-open")) this.root.hidePopover();
  }
}

function row(one) {
  const line = element("p", "likely");
  const share = Math.exp(one.logprob);
  line.append(element("span", "name", shown(one.text)), bar(share), odds(share));
  return line;
}

function odds(share) {
  return element("span", "odds", percent(share));
}

function bar(share) {
  const outer = element("span", "share");
  outer.setAttribute("aria-hidden", "true");
  outer.style.setProperty("--share", Math.min(1, share).toFixed(4));
  return outer;
}

/** Below the word, or above where there is no room; never outside of the window. */
function place(popover, anchor) {
  if (matchMedia(NARROW).matches) return uncover(popover, anchor);
  const word = anchor.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const left = Math.max(8, Math.min(word.left - 12, innerWidth - width - 8));
  const below = word.bottom + 8;
  const top = below + height < innerHeight - 8 ? below : Math.max(8, word.top - height - 8);
  popover.style.setProperty("left", `${left}px`);
  popover.style.setProperty("top", `${top}px`);
}

/** On a phone the menu lies at the foot; the word is brought above it. */
function uncover(popover, anchor) {
  const hidden = anchor.getBoundingClientRect().bottom + 12 - popover.getBoundingClientRect().top;
  if (hidden > 0) scrollBy({ top: hidden });
}

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export function button(text, className, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
