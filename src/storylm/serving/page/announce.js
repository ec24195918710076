// What a screen reader hears: whole sentences, some at a time, never word by word.

const PAUSE = 4000;

export class Announcer {
  constructor() {
    this.log = document.getElementById("announcer");
    this.waiting = "";
    this.heard = 0;
  }

  /** A new story; its first `known` characters are known to who listens. */
  begin(known) {
    clearTimeout(this.timer);
    this.timer = null;
    this.waiting = "";
    this.heard = known;
  }

  /** All of the story so far; what is new of it and whole is said within a few seconds. */
  follow(text) {
    const fresh = text.slice(this.heard);
    const end = Math.max(...[...".!?"].map((mark) => fresh.lastIndexOf(`${mark} `)));
    if (end < 0) return;
    this.waiting += fresh.slice(0, end + 1);
    this.heard += end + 1;
    this.timer ??= setTimeout(() => this.flush(), PAUSE);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting) this.say(this.waiting);
    this.waiting = "";
  }

  end(text, note) {
    this.waiting += text.slice(this.heard);
    this.flush();
    this.say(note);
  }

  say(words) {
    const line = document.createElement("p");
    line.textContent = words;
    this.log.append(line);
    while (this.log.childNodes.length > 20) this.log.firstChild.remove();
  }
}
