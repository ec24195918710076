// Before the page is drawn, so that it never flashes in the wrong light. Not a module for that.
(() => {
  const NAME = "storylm-theme";
  let chosen = null;
  try {
    chosen = localStorage.getItem(NAME);
  } catch {
    // no memory: the system decides
  }
  if (chosen) document.documentElement.dataset.theme = chosen;
  document.addEventListener("DOMContentLoaded", () => {
    const toggle = document.getElementById("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const now = () => document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
    const say = () => {
      toggle.setAttribute("aria-pressed", String(now() === "dark"));
    };
    toggle.addEventListener("click", () => {
      const next = now() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      try {
        localStorage.setItem(NAME, next);
      } catch {
        // it holds until the page is left
      }
      say();
    });
    dark.addEventListener("change", say);
    say();
  });
})();
