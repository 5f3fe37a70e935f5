/* Filling in a report: live totals, keys as in a sheet, pasting a column, saving while one types. */
(() => {
  const form = document.getElementById("report-form");
  const source = document.getElementById("report-live");
  if (!form || !source) return;
  const live = JSON.parse(source.textContent);
  const zero = new Set(live.zero);
  const PLACES = { money: 2, integer: 0 };

  /* ---- numbers: full-width digits, separators, brackets and percent signs are read, never guessed ---- */
  function half(text) {
    return text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/[\u3000\u00a0]/g, " ").trim();
  }
  function read(text, kind) {
    let plain = half(text).replace(/[¥￥,\s元]/g, "");
    if (!plain) return null;
    const bracketed = /^\((.*)\)$/.exec(plain);
    if (bracketed) plain = `-${bracketed[1]}`;
    const percent = plain.endsWith("%");
    if (percent) plain = plain.slice(0, -1);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
    return Number(plain) / (percent || kind === "percent" ? 100 : 1);
  }
  function write(value, kind) {
    if (value === null) return "—";
    if (kind === "percent") return `${Number((value * 100).toFixed(2)).toLocaleString("en-US")}%`;
    const places = PLACES[kind];
    const options = places === undefined ? { maximumFractionDigits: 4 } : { minimumFractionDigits: places, maximumFractionDigits: places };
    return value.toLocaleString("en-US", options);
  }

  /* ---- derived fields ---- */
  const input = (name) => form.elements.namedItem(name);
  function sum(terms, find) {
    let total = 0;
    for (const [sign, code] of terms) {
      const part = find(code);
      if (part === null) return null;
      total += sign * part;
    }
    return total;
  }
  function evaluate(formula, find) {
    const top = sum(formula.top, find);
    if (!formula.bottom || top === null) return top;
    const bottom = sum(formula.bottom, find);
    return bottom ? top / bottom : null;
  }
  function rowsOf(section) {
    return [...form.querySelectorAll(`[data-table="${section}"] tbody tr`)];
  }
  function inRow(row, section, column) {
    const code = `${section}.${column}`;
    if (live.formulas[code]) return evaluate(live.formulas[code], (part) => inRow(row, section, part));
    const cell = row.querySelector(`[name^="t:${section}:"][name$=":${column}"]`);
    const value = cell ? read(cell.value, live.kinds[code]) : null;
    return value === null && zero.has(code) && filled(row) ? 0 : value;
  }
  function filled(row) {
    return [...row.querySelectorAll("[data-cell]")].some((cell) => cell.value.trim());
  }
  function value(code) {
    const [section, column] = code.split(".");
    if (column) {
      const parts = rowsOf(section).filter(filled).map((row) => inRow(row, section, column)).filter((part) => part !== null);
      return parts.length ? parts.reduce((all, part) => all + part, 0) : null;
    }
    if (live.formulas[code]) return evaluate(live.formulas[code], value);
    const cell = input(`v:${code}`);
    const found = cell ? read(cell.value, live.kinds[code]) : null;
    return found === null && zero.has(code) ? 0 : found;
  }
  function derive() {
    for (const line of form.querySelectorAll("[data-line]")) {
      const code = line.dataset.line;
      const output = line.querySelector("output[data-derived]");
      if (output && live.formulas[code]) output.textContent = write(value(code), live.kinds[code]);
      const change = line.querySelector("[data-change]");
      const before = change ? read(line.querySelector("[data-prior]").dataset.prior, live.kinds[code]) : null;
      if (!change || !before) continue;
      const now = value(code);
      const moved = now === null ? null : (now - before) / Math.abs(before);
      change.textContent = moved === null ? "" : `${moved >= 0 ? "+" : ""}${(moved * 100).toFixed(1)}%`;
      change.classList.toggle("big", moved !== null && Math.abs(moved) > 0.5);
    }
    for (const table of form.querySelectorAll("[data-table]")) {
      for (const row of table.tBodies[0].rows) {
        for (const output of row.querySelectorAll("output[data-derived]")) {
          const [section, column] = output.dataset.derived.split(".");
          output.textContent = filled(row) ? write(inRow(row, section, column), live.kinds[output.dataset.derived]) : "";
        }
      }
    }
  }

  /* ---- saving while one types ---- */
  const told = form.querySelector("[data-saved]");
  const conflict = document.querySelector("[data-conflict]");
  const edition = input("edition");
  let timer = 0;
  let dirty = false;
  let busy = false;
  let stopped = Boolean(conflict && !conflict.hidden);
  let pressed = null;
  function say(text, bad = false) {
    told.textContent = text;
    told.classList.toggle("bad", bad);
  }
  function mark(marks) {
    for (const cell of form.querySelectorAll("[data-cell], output")) {
      cell.classList.remove("mark-red", "mark-amber", "mark-blue");
      if (marks[cell.id]) cell.classList.add(`mark-${marks[cell.id]}`);
    }
  }
  async function save() {
    if (busy || stopped || !dirty) return;
    busy = true;
    dirty = false;
    say(form.dataset.saving);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
      const body = await answer.json();
      if (answer.ok) {
        edition.value = body.edition;
        say(body.saved);
        document.getElementById("findings").innerHTML = body.findings;
        mark(body.marks);
      } else if (answer.status === 409) {
        stopped = true;
        dirty = true;
        say(body.message, true);
        conflict.hidden = false;
        conflict.dataset.edition = body.edition;
        conflict.querySelector("[data-conflict-text]").textContent = body.message;
        conflict.scrollIntoView({ block: "center" });
      } else {
        throw new Error(String(answer.status));
      }
      busy = false;
      go();
    } catch (error) {
      busy = false;
      dirty = true;
      pressed = null;
      say(form.dataset.failed, true);
      window.clearTimeout(timer);
      timer = window.setTimeout(save, 10000);
    }
  }
  /* after a save: what was typed meanwhile, then the button that was pressed */
  function go() {
    if (stopped) pressed = null;
    else if (dirty && pressed) save();
    else if (dirty) soon();
    else if (pressed) form.requestSubmit(pressed);
  }
  /* what was typed before this script had come */
  function typed(cell) {
    if (cell.tagName !== "SELECT") return cell.value !== cell.defaultValue;
    return cell.selectedIndex !== Math.max(0, [...cell.options].findIndex((option) => option.defaultSelected));
  }
  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 1500);
  }
  form.addEventListener("input", () => {
    dirty = true;
    derive();
    soon();
  });
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (stopped) {
      event.preventDefault();
      conflict.scrollIntoView({ block: "center" });
    } else if (dirty || busy) {
      event.preventDefault();
      pressed = event.submitter;
      save();
    }
  });
  conflict?.querySelector("[data-overwrite]").addEventListener("click", () => {
    edition.value = conflict.dataset.edition;
    conflict.hidden = true;
    stopped = false;
    dirty = true;
    save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  /* ---- keys as in a sheet ---- */
  const cells = () => [...form.querySelectorAll("[data-cell]")].filter((cell) => !cell.closest("template"));
  function below(cell) {
    const column = cell.closest("td")?.cellIndex;
    if (column !== undefined) {
      const next = cell.closest("tr").nextElementSibling?.cells[column]?.querySelector("[data-cell]");
      if (next) return next;
    }
    const kind = cell.name.slice(0, 2);
    const same = cells().filter((each) => each.name.startsWith(kind) && !each.closest("td"));
    return same[same.indexOf(cell) + 1];
  }
  function above(cell) {
    const column = cell.closest("td")?.cellIndex;
    if (column !== undefined) return cell.closest("tr").previousElementSibling?.cells[column]?.querySelector("[data-cell]");
    const same = cells().filter((each) => each.name.startsWith(cell.name.slice(0, 2)) && !each.closest("td"));
    return same[same.indexOf(cell) - 1];
  }
  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.isComposing || cell.tagName === "TEXTAREA") return;
    const single = cell.tagName === "INPUT" && cell.type !== "date";
    if (event.key === "Enter" || (single && (event.key === "ArrowDown" || event.key === "ArrowUp"))) {
      event.preventDefault();
      const target = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey) ? above(cell) : below(cell);
      target?.focus();
      target?.select?.();
    }
  });
  form.addEventListener("focusout", (event) => {
    const cell = event.target.closest("[data-number]");
    if (!cell || !cell.value.trim()) return;
    const number = read(cell.value, cell.dataset.number);
    const digits = half(cell.value).replace(/[^0-9]/g, "").length;
    if (number !== null && digits <= 15 && (PLACES[cell.dataset.number] !== 0 || Number.isInteger(number))) cell.value = write(number, cell.dataset.number);
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const cell = event.target.closest("[data-cell]");
    if (!cell || cell.tagName === "TEXTAREA" || !/[\n\t]/.test(text.trim())) return;
    event.preventDefault();
    let first = cell;
    for (const row of text.replace(/\r/g, "").replace(/\n$/, "").split("\n")) {
      if (!first) break;
      let target = first;
      for (const part of row.split("\t")) {
        if (!target) break;
        target.value = part.trim();
        target = target.closest("td")?.nextElementSibling?.querySelector("[data-cell]");
      }
      let next = below(first);
      if (!next && first.closest("td")) {
        add(first.closest("[data-table]").dataset.table);
        next = below(first);
      }
      first = next;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* ---- rows of tables ---- */
  function add(section) {
    const table = form.querySelector(`[data-table="${section}"]`);
    const place = table.tBodies[0].rows.length + 1;
    if (place > Number(table.dataset.most)) return null;
    const row = form.querySelector(`template[data-row="${section}"]`).content.firstElementChild.cloneNode(true);
    for (const cell of row.querySelectorAll("[data-cell]")) {
      cell.name = cell.name.replace(":0:", `:${place}:`);
      cell.id = cell.id.replace("-0-", `-${place}-`);
    }
    table.tBodies[0].append(row);
    return row;
  }
  form.addEventListener("click", (event) => {
    const more = event.target.closest("[data-add-row]");
    if (more) add(more.dataset.addRow)?.querySelector("[data-cell]")?.focus();
  });

  derive();
  if (!stopped && cells().some(typed)) {
    dirty = true;
    soon();
  }
})();
