// Starts the bundle that draws this page (crates/popup), and says so if it cannot run.
import init from "./pkg/popup.js";

function broken(detail) {
  console.error("Lode's page stopped:", detail);
  if (document.getElementById("broken")) return;
  const note = document.createElement("p");
  note.id = "broken";
  note.className = "notice";
  note.dataset.tone = "bad";
  note.setAttribute("role", "alert");
  note.textContent =
    "Something in this window broke. Your captures are safe. Close it and open it again; " +
    "if it stays so, reload Lode under chrome://extensions.";
  document.body.prepend(note);
}

// After a trap the bundle does not answer any more.
addEventListener("error", (event) => broken(event.message));
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof WebAssembly.RuntimeError) broken(event.reason);
});

init().catch(broken);
