/* Runs in the head, before anything is painted: the theme kept, else what the system prefers. */
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  if (!root.dataset.bsTheme) {
    root.dataset.bsTheme = system.matches ? "dark" : "light";
    system.addEventListener("change", (event) => {
      if (!document.cookie.includes("theme=")) set(event.matches ? "dark" : "light");
    });
  }

  function set(theme) {
    root.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  function keep(name, value) {
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) {
      const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      keep("theme", theme);
      set(theme);
    }
    if (event.target.closest("[data-menu-fold]")) {
      const narrow = root.dataset.menu !== "narrow";
      if (narrow) root.dataset.menu = "narrow";
      else delete root.dataset.menu;
      keep("menu", narrow ? "narrow" : "wide");
      document.dispatchEvent(new CustomEvent("themechange"));
    }
  });
})();
