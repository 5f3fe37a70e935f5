/* The form of a plan shows only what its kind asks for; without this script it shows everything. */
(() => {
  const source = document.getElementById("plan-asked");
  const kind = document.querySelector("select[name=kind]");
  if (!source || !kind) return;
  const asked = JSON.parse(source.textContent);

  function adapt() {
    for (const [name, wanted] of Object.entries(asked[kind.value] ?? {})) {
      const field = document.querySelector(`[name=${name}]`)?.closest(".field");
      if (field) field.hidden = !wanted;
    }
  }

  kind.addEventListener("change", adapt);
  adapt();
})();
