/* The policy editor: a choice that changes which fields apply draws the form anew, without saving. */
(() => {
  document.addEventListener("change", (event) => {
    const chooser = event.target.closest("[data-reshape]");
    if (!chooser) return;
    const form = chooser.closest("form");
    htmx.ajax("POST", form.getAttribute("action"), {
      source: form,
      target: "#editor",
      select: "#editor",
      swap: "outerHTML",
      values: { op: "draw" },
    });
  });
})();
