// After an opt-out: removes what posthog-js stored in this browser, and makes the other tabs reload (see posthog.js), so
// that they stop capturing too.
(() => {
  const cookies = document.cookie.split("; ").map((cookie) => cookie.split("=")[0]);
  for (const name of cookies.filter(isPostHogs)) document.cookie = `${name}=; path=/; max-age=0`;
  try {
    for (const storage of [localStorage, sessionStorage]) {
      for (const name of Object.keys(storage).filter(isPostHogs)) storage.removeItem(name);
    }
    localStorage.setItem("posthog-person", "");
  } catch {
    // Storage is blocked, so nothing is stored.
  }

  function isPostHogs(name) {
    return name.startsWith("ph_");
  }
})();
