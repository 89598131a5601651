// Who opts out is forgotten: what posthog-js stored in this browser goes, and the other tabs are told to reload
// (see posthog.js), so that they stop too.
(() => {
  const cookies = document.cookie.split("; ").map((cookie) => cookie.split("=")[0]);
  for (const name of cookies.filter(isPostHogs)) document.cookie = `${name}=; path=/; max-age=0`;
  try {
    for (const storage of [localStorage, sessionStorage]) {
      for (const name of Object.keys(storage).filter(isPostHogs)) storage.removeItem(name);
    }
    localStorage.setItem("posthog-person", "");
  } catch {
    // Storage is blocked: there is nothing in it.
  }

  function isPostHogs(name) {
    return name.startsWith("ph_");
  }
})();
