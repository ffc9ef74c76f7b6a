// Mounts a question on the page: the same script as in a saved file, and a word to the page once it is answered.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".bf-guess-host");
  const text = new TextDecoder().decode(data);
  if (host.backflowAsked === text) return; // the page was drawn again around it
  host.backflowAsked = text;
  const { id, ...question } = JSON.parse(text);
  backflowGuess.start({ host, question, onReveal: () => setTriggerValue("revealed", id) });
  parentElement.querySelector(".bf-guess")?.setAttribute("data-ready", "true");
}
