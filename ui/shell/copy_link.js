// Copies the page's address, which always holds the whole view.

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const field = document.createElement("textarea"); // plain http: the old way still works
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

export default function ({ parentElement }) {
  keepSteps();
  const button = parentElement.querySelector(".bf-copy");
  button.onclick = async () => {
    const done = await copy(window.location.href).catch(() => false);
    button.textContent = done ? "Copied" : "Copy the address bar";
    setTimeout(() => (button.textContent = "Copy link"), 1600);
  };
}
