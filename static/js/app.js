/* The frame: search dialog, request progress line, confirmations on leaving edited forms, names of chosen files, print. */
(() => {
  const dialog = document.getElementById("search");
  const input = dialog?.querySelector("input");
  const results = document.getElementById("search-results");

  function openSearch() {
    if (!dialog || dialog.open) return;
    dialog.showModal();
    input.select();
  }

  function typing(target) {
    return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
  }

  document.addEventListener("keydown", (event) => {
    const command = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (command || (event.key === "/" && !typing(event.target))) {
      event.preventDefault();
      openSearch();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-search-open]")) openSearch();
    if (event.target === dialog) dialog.close();
    const print = event.target.closest("[data-print]");
    if (print) window.print();
  });

  function hits() {
    return [...results.querySelectorAll("a[role=option]")];
  }

  function choose(step) {
    const all = hits();
    if (!all.length) return;
    const now = all.findIndex((hit) => hit.classList.contains("active"));
    const next = (now + step + all.length) % all.length;
    all.forEach((hit, place) => {
      hit.classList.toggle("active", place === next);
      hit.setAttribute("aria-selected", String(place === next));
    });
    all[next].scrollIntoView({ block: "nearest" });
  }

  if (dialog) {
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? 1 : -1);
      }
      if (event.key === "Enter" && !event.isComposing) {
        const active = results.querySelector("a.active") ?? hits()[0];
        if (active) {
          event.preventDefault();
          active.click();
        }
      }
    });
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (event.target === results) choose(1);
    });
  }

  let running = 0;
  const line = document.getElementById("progress");
  function busy(step) {
    running = Math.max(0, running + step);
    line?.classList.toggle("running", running > 0);
  }
  document.body.addEventListener("htmx:beforeRequest", () => busy(1));
  document.body.addEventListener("htmx:afterRequest", () => busy(-1));
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  document.body.addEventListener("htmx:configRequest", (event) => {
    const { verb, parameters } = event.detail;
    if (verb !== "get") return;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  function nameFiles(box) {
    const name = box.querySelector("[data-file-name]");
    name.dataset.none ??= name.textContent;
    const files = [...box.querySelector("input[type=file]").files];
    name.textContent = files.map((file) => file.name).join(", ") || name.dataset.none;
    box.classList.toggle("chosen", files.length > 0);
  }

  document.addEventListener("change", (event) => {
    const box = event.target.matches("input[type=file]") && event.target.closest("[data-file]");
    if (box) nameFiles(box);
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.target.closest?.("[data-file]")?.classList.toggle("over", ["dragenter", "dragover"].includes(kind));
    });
  }
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-file]").forEach(nameFiles));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
})();
