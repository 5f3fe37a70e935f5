/* A visit on the phone. What is typed is kept on the phone at once; everything that has to reach the server
   waits in an outbox with a key of its own and is sent in order, again and again until it is taken. */
(() => {
  const root = document.getElementById("visit");
  if (!root) return;
  const config = JSON.parse(document.getElementById("visit-config").textContent);
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const draftKey = `visit-${config.user}-${config.id}`;
  const sync = root.querySelector("[data-sync]");
  const photos = root.querySelector("[data-photos]");
  const note = root.querySelector("[data-note]");
  const draft = { answers: config.answers, note: config.note, ...JSON.parse(localStorage.getItem(draftKey) || "{}") };
  let problem = "";
  let sending = false;
  let pause = 2000;
  let timer = 0;

  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  /* the outbox */
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("dealerops-outbox", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  async function store(mode, use) {
    const base = await opened;
    return new Promise((resolve, reject) => {
      const work = base.transaction("outbox", mode);
      const asked = use(work.objectStore("outbox"));
      work.oncomplete = () => resolve(asked.result);
      work.onerror = () => reject(work.error);
    });
  }

  async function waiting() {
    const all = await store("readonly", (outbox) => outbox.getAll());
    return all.filter((each) => each.user === config.user);
  }

  async function put(path, body, extra = {}) {
    await store("readwrite", (outbox) => outbox.add({ user: config.user, visit: config.id, api: config.api, path, body, key: fresh(), ...extra }));
    await show();
    flush();
  }

  async function putAnswers() {
    for (const each of await waiting()) {
      if (each.path === "answers/" && each.visit === config.id && !each.tried) await store("readwrite", (outbox) => outbox.delete(each.id));
    }
    await put("answers/", { answers: draft.answers, note: draft.note });
  }

  async function request(each) {
    const headers = { "X-CSRFToken": token, "Idempotency-Key": each.key, Accept: "application/json" };
    let body;
    if (each.file) {
      body = new FormData();
      body.append("file", each.file, each.name);
    } else {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(each.body);
    }
    return fetch(each.api + each.path, { method: "POST", headers, body, credentials: "same-origin" });
  }

  async function flush() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    try {
      for (let next = await waiting(); next.length; next = await waiting()) {
        const each = next[0];
        if (!each.tried) await store("readwrite", (outbox) => outbox.put({ ...each, tried: true }));
        const answer = await request(each);
        if (answer.status === 401 || answer.status === 403) {
          problem = root.dataset.textLogin;
          break;
        }
        if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
        await store("readwrite", (outbox) => outbox.delete(each.id));
        problem = "";
        pause = 2000;
        const told = await answer.json().catch(() => ({}));
        if (each.visit === config.id) await taken(each, answer.ok, told);
        await show();
      }
    } catch {
      timer = setTimeout(flush, pause);
      pause = Math.min(pause * 2, 60000);
    } finally {
      sending = false;
      await show();
    }
  }

  const away = (metres) => (metres < 1000 ? `${metres} m` : `${(metres / 1000).toFixed(1)} km`);

  async function taken(each, ok, told) {
    if (!ok) {
      problem = told.message || "";
      for (const [code, text] of Object.entries(told.fields || {})) wrong(code, String(text));
      return;
    }
    if (each.path === "check-in/") {
      const place = root.querySelector("[data-place]");
      if (told.distance_m !== null) place.textContent = `${root.dataset.textFound} · ${away(told.distance_m)}`;
    }
    if (each.path === "finish/") {
      localStorage.removeItem(draftKey);
      location.assign(config.done);
    }
  }

  async function show() {
    const count = (await waiting()).length;
    sync.classList.toggle("wrong", Boolean(problem));
    sync.classList.toggle("waiting", !problem && count > 0);
    if (problem) sync.textContent = problem;
    else if (!navigator.onLine) sync.textContent = root.dataset.textOffline;
    else sync.textContent = count ? `${count} · ${root.dataset.textWaiting}` : root.dataset.textSent;
  }

  /* what is typed */
  let typing = 0;
  function keep() {
    localStorage.setItem(draftKey, JSON.stringify({ answers: draft.answers, note: draft.note }));
    clearTimeout(typing);
    typing = setTimeout(putAnswers, 1500);
  }

  function wrong(code, text) {
    const card = root.querySelector(`[data-question="${CSS.escape(code)}"]`);
    if (!card) return;
    card.classList.toggle("visit-wrong", Boolean(text));
    const place = card.querySelector("[data-error]");
    place.textContent = text;
    place.hidden = !text;
    if (text && !root.querySelector(".visit-wrong")?.contains(document.activeElement)) card.scrollIntoView({ block: "center" });
  }

  function suggest(code) {
    const card = root.querySelector(`[data-question="${CSS.escape(code)}"]`);
    card.querySelector("[data-suggest]").hidden = !(config.bad[code] || []).includes(draft.answers[code]);
  }

  for (const card of root.querySelectorAll("[data-question]")) {
    const code = card.dataset.question;
    const value = draft.answers[code];
    for (const field of card.querySelectorAll("input, textarea")) {
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value ?? "";
      field.addEventListener("input", () => {
        draft.answers[code] = field.value;
        wrong(code, "");
        problem = "";
        suggest(code);
        keep();
      });
    }
    suggest(code);
    card.querySelector("[data-suggest]").addEventListener("click", () => {
      const text = root.querySelector("[data-finding-text]");
      text.value = card.querySelector(".visit-ask").textContent.trim();
      text.dataset.question = code;
      text.focus();
      text.scrollIntoView({ block: "center" });
    });
  }
  note.value = draft.note || "";
  note.addEventListener("input", () => {
    draft.note = note.value;
    keep();
  });

  /* check in */
  function where() {
    return new Promise((resolve) => {
      if (!navigator.geolocation) resolve({ located: "unknown" });
      else {
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => resolve({
            located: "found",
            latitude: coords.latitude.toFixed(6),
            longitude: coords.longitude.toFixed(6),
            accuracy_m: Math.round(coords.accuracy),
          }),
          (error) => resolve({ located: error.code === 1 ? "refused" : "unknown" }),
          { enableHighAccuracy: true, timeout: 12000, maximumAge: 30000 },
        );
      }
    });
  }

  root.querySelector("[data-check-in]")?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    const spot = await where();
    root.dataset.state = "started";
    root.querySelector("[data-checked]").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    root.querySelector("[data-place]").textContent = spot.located === "found" ? root.dataset.textFound : root.dataset.textRefused;
    await put("check-in/", { ...spot, device_at: new Date().toISOString() });
  });

  /* pictures: made smaller on the phone before they are sent */
  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
      return { file: blob, name: `${file.name.replace(/\.[^.]*$/, "") || "picture"}.jpg` };
    } catch {
      return { file, name: file.name };
    }
  }

  root.querySelector("[data-photo]").addEventListener("change", async (event) => {
    const field = event.currentTarget;
    for (const file of [...field.files]) {
      const picture = await smaller(file);
      const shown = document.createElement("img");
      shown.src = URL.createObjectURL(picture.file);
      shown.alt = picture.name;
      photos.append(shown);
      await put("photos/", null, picture);
    }
    field.value = "";
  });

  /* findings */
  root.querySelector("[data-finding-add]").addEventListener("click", async () => {
    const text = root.querySelector("[data-finding-text]");
    if (!text.value.trim()) {
      text.focus();
      return;
    }
    const body = {
      text: text.value.trim(),
      kind: root.querySelector("[data-finding-kind]").value,
      due_on: root.querySelector("[data-finding-due]").value,
      shared: root.querySelector("[data-finding-shared]")?.checked ?? false,
      question: text.dataset.question || "",
    };
    const line = document.createElement("li");
    line.textContent = `${body.text} ${body.due_on}`;
    root.querySelector("[data-findings]").append(line);
    text.value = "";
    delete text.dataset.question;
    await put("findings/", body);
  });

  /* done */
  root.querySelector("[data-finish]").addEventListener("click", async () => {
    const lacking = config.required.filter((code) => !String(draft.answers[code] ?? "").trim());
    for (const code of [...lacking].reverse()) wrong(code, root.dataset.textRequired);
    if (lacking.length) return;
    clearTimeout(typing);
    await putAnswers();
    await put("finish/", {});
  });

  window.addEventListener("online", flush);
  window.addEventListener("offline", show);
  flush();
})();
