// A component's script is a file of the app's own, fetched once a page.

const FILE = "app/static/SCRIPT_FILE";
const fetched = import(new URL(FILE, window.__streamlit?.BACKEND_BASE_URL ?? document.baseURI).href);

export default async function (component) {
  return (await fetched).default(component);
}
