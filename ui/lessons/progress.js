// How far one has come in each lesson, kept in this browser and nowhere else.

const backflowProgress = (() => {
  const KEY = "backflow.lessons";
  function read() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
      return found && typeof found === "object" ? found : {};
    } catch {
      return {}; // private windows keep nothing
    }
  }
  function reach(lesson, step, steps) {
    const all = read(), before = all[lesson] ?? {};
    all[lesson] = { furthest: Math.max(step, Number(before.furthest) || 0), last: step, steps };
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      // then the list says nothing of it
    }
  }
  function forget() {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // nothing was kept
    }
  }
  return { read, reach, forget };
})();
