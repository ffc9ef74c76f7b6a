// The browser's history: one step for each view that the reader has chosen.

const TOGETHER = 700; // ms between changes that make one step, as from a key that is held down

// Streamlit makes a step of every change; and two of a page that is opened: its bare address, then that of its view.
function keepSteps() {
  if (window.backflowHistory) return;
  window.backflowHistory = true;
  const [push, replace] = [history.pushState.bind(history), history.replaceState.bind(history)];
  let opened = false, changed = -Infinity;
  const forget = () => ([opened, changed] = [false, -Infinity]);
  addEventListener("popstate", forget, true);
  addEventListener("pointerdown", () => (opened = false), true);
  addEventListener("keydown", () => (opened = false), true);
  history.pushState = (state, title, url) => {
    const stays = new URL(url ?? "", location.href).pathname === location.pathname;
    const now = performance.now(), same = stays && (opened || now - changed < TOGETHER);
    (same ? replace : push)(state, title, url);
    changed = stays && !opened ? now : -Infinity;
    opened = !stays;
  };
}
