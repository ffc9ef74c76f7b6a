// The links of the navigation hold the present view, so that a page opened in another tab brings it along; and a formula
// too wide for its place is scrolled with the keyboard, too.
(() => {
  const LINKS = 'a[data-testid*="Nav"][href]';
  let waiting = false;

  function carry() {
    waiting = false;
    for (const link of document.querySelectorAll(LINKS)) {
      const url = new URL(link.href);
      if (url.search === location.search) continue;
      url.search = location.search;
      link.href = url.href;
    }
    for (const formula of document.querySelectorAll(".katex-display:not([tabindex])")) {
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    }
  }

  // At most once a frame of the screen: a page that draws changes many elements.
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(carry);
  }

  for (const name of ["pushState", "replaceState"]) {
    const before = history[name].bind(history);
    history[name] = (...step) => {
      before(...step);
      soon();
    };
  }
  addEventListener("popstate", soon);
  addEventListener("DOMContentLoaded", () => new MutationObserver(soon).observe(document.body, { childList: true, subtree: true }));
})();
