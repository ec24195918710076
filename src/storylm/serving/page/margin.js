// What stands beside a story: what went wrong, what the world's grader says, how it was told.

import { useKey } from "./api.js";
import { button, element } from "./menu.js";
import { wordAt } from "./words.js";

export class Trouble {
  constructor(root) {
    this.root = root;
  }

  clear() {
    clearInterval(this.clock);
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  /** A line and a button; a busy server is asked again by itself when its wait is over. */
  show(error, retry) {
    this.clear();
    const again = button("Try again", "quiet", () => {
      this.clear();
      retry();
    });
    this.root.append(element("span", "", error.message), " ");
    if (error.kind === "locked") this.root.append(this.lock());
    if (error.wait > 0) this.count(error.wait, again);
    this.root.append(again);
    this.root.hidden = false;
  }

  lock() {
    const field = element("input");
    Object.assign(field, { type: "password", autocomplete: "off", ariaLabel: "The server's key" });
    field.addEventListener("input", () => useKey(field.value));
    return field;
  }

  count(seconds, again) {
    const left = element("span", "soft");
    left.setAttribute("aria-live", "off");
    const until = performance.now() + 1000 * seconds;
    const tick = () => {
      const rest = Math.ceil((until - performance.now()) / 1000);
      left.textContent = `It is asked again in ${Math.max(0, rest)} s. `;
      if (rest <= 0) again.click();
    };
    this.root.append(left);
    this.clock = setInterval(tick, 250);
    tick();
  }
}

const SAID = {
  grammar: "Grammar breaks",
  consistency: "A fact is forgotten",
  plot: "The plot breaks",
  instruction: "The header is not kept",
  style: "The style breaks",
};

export class Verdict {
  constructor(root, goTo) {
    this.root = root;
    this.goTo = goTo;
    this.clear();
  }

  clear() {
    this.index = -1;
    this.words = "";
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  show({ grade, opening, finish }, story) {
    this.clear();
    story.mark(-1);
    if (!grade) return;
    this.root.hidden = false;
    this.root.className = "verdict";
    if (grade.refused) {
      this.root.append(element("span", "soft", `Not graded: ${grade.refused}`));
    } else if (!grade.broken || grade.broken === "ending") {
      const whole = !grade.broken && finish === "stop";
      const fits = `Every word${whole ? "" : " so far"} fits the story world.`;
      this.root.append(element("span", "fits", fits));
      if (grade.broken && finish === "stop") {
        this.root.append(element("span", "soft", " It stops before its end."));
      }
    } else {
      this.breaks(grade, opening, story);
    }
  }

  breaks(grade, opening, story) {
    const text = story.pieces.map((piece) => piece.text).join("").slice(opening.length);
    const at = opening.length + Array.from(text).slice(0, grade.kept).join("").length;
    this.index = wordAt(story.words, at);
    const kind = SAID[grade.broken] ?? `It breaks (${grade.broken})`;
    const fitting = (grade.expected ?? []).slice(0, 5).map((one) => `“${one.trim() || one}”`);
    const why = fitting.length ? `What would fit: ${fitting.join(", ")}.` : (grade.reason ?? "");
    this.words = `${kind}. ${why}`;
    story.mark(this.index);
    this.root.classList.add("breaks");
    const word = story.words[this.index]?.text ?? "the end";
    const go = button(`“${word}”`, "link", () => this.goTo(this.index));
    this.root.append(`${kind} at `, go, ". ", element("span", "soft", why));
  }
}

const ENDS = {
  stop: "ended by itself",
  length: "reached its length",
  stopped: "stopped",
  broken: "broke off",
};

/** How a story was told, in one quiet line; by whom, where that is not plain from the choices. */
export function caption(told, { run, checkpoint }, sideBySide) {
  const parts = [];
  const who = sideBySide || told.run !== run;
  if (who) parts.push(told.run);
  if (who || told.checkpoint !== checkpoint) {
    parts.push(Number(told.checkpoint) ? `step ${told.checkpoint}` : told.checkpoint);
  }
  parts.push(`seed ${told.seed}`);
  if (told.count) parts.push(`${told.count.toLocaleString("en")} tokens`);
  if (told.count > 8) parts.push(`${speed(told.speed)} tokens per second`);
  if (told.count && ENDS[told.finish]) parts.push(ENDS[told.finish]);
  return parts.join(" · ");
}

function speed(value) {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}
