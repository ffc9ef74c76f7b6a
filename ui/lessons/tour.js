// Offers the tour to a reader who was never here: once, and where nothing else is waiting.

const KEY = "backflow.tour";

function offered() {
  try {
    if (localStorage.getItem(KEY)) return true;
    localStorage.setItem(KEY, "offered");
    return false;
  } catch {
    return true; // a browser that keeps nothing would be asked at every visit
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".bf-tour");
  if (box.dataset.asked) return;
  box.dataset.asked = "true";
  if (offered()) return;
  const close = () => (box.hidden = true);
  const [start, later] = box.querySelectorAll("button");
  start.onclick = () => (close(), setTriggerValue("start", true));
  later.onclick = close;
  box.addEventListener("keydown", (event) => event.key === "Escape" && close());
  box.querySelector("p").textContent = data.text;
  box.hidden = false;
}
