/* A <dialog data-dialog> opens when htmx fills it, and forgets what it showed when it closes. */
(() => {
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target;
    if (dialog.matches("dialog[data-dialog]") && !dialog.open) {
      dialog.showModal();
      dialog.addEventListener("close", () => dialog.replaceChildren(), { once: true });
    }
  });
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog[data-dialog]");
    if (dialog && (event.target === dialog || event.target.closest("[data-close-dialog]"))) {
      event.preventDefault();
      dialog.close();
    }
  });
})();
