/* Pages of imports: mapping rows that show only what their choice needs, spellings. */
(() => {
  function adapt(row) {
    const select = row.querySelector("[data-mapping-from]");
    const chosen = select.selectedOptions[0];
    const derived = select.value.startsWith("d:");
    const column = select.value.startsWith("c:");
    const show = (part, wanted) => {
      const found = row.querySelector(`[data-part=${part}]`);
      if (found) found.hidden = !wanted;
    };
    show("constant", select.value === "constant");
    show("derive", derived);
    show("format", column || derived);
    row.querySelector("[data-mapping-samples]").textContent = column ? chosen.dataset.samples : "";
    row.classList.toggle("mapping-open", row.hasAttribute("data-required") && !select.value);
    if (!derived) return;
    for (const place of row.querySelectorAll("[data-place]")) {
      place.hidden = Number(place.dataset.place) >= Number(chosen.dataset.columns);
    }
    row.querySelector("[data-part-option]").hidden = !chosen.dataset.option;
  }

  for (const row of document.querySelectorAll("[data-mapping]")) {
    adapt(row);
    row.querySelector("[data-mapping-from]").addEventListener("change", () => adapt(row));
  }

  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (fill) fill.parentElement.querySelector("input").value = fill.dataset.fill;
  });
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-check-all]");
    if (!all) return;
    for (const box of document.querySelectorAll(`[data-check="${all.dataset.checkAll}"]`)) box.checked = all.checked;
  });
})();
