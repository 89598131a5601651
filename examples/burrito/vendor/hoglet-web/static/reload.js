// In development only: keeps the open page up to date, and shows the errors of a failed build.
//
// A changed style is loaded again, and the page keeps what was typed into it. After every other change, and after a
// restart of the app, the page is loaded again. The app describes its version in src/reload.rs.
{
  const SCROLLED = "reload-scrolled"; // in sessionStorage: how far down the page was
  const SHORTEST_PAUSE = 50;
  const LONGEST_PAUSE = 1000;

  scrollTo(0, sessionStorage.getItem(SCROLLED) ?? scrollY);
  sessionStorage.removeItem(SCROLLED);

  const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  // A browser keeps only a few connections to a host, so a page in the background holds none.
  const visible = async () => {
    while (document.hidden) {
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
    }
  };

  // The app answers when its version is not the given one. While it restarts, there is no answer.
  const ask = async (seen) => {
    const hidden = new AbortController();
    const abort = () => hidden.abort();
    document.addEventListener("visibilitychange", abort);
    try {
      const query = seen === undefined ? "" : `?${new URLSearchParams({ seen })}`;
      const answer = await fetch(`/dev/reload${query}`, { cache: "no-store", signal: hidden.signal });
      return answer.ok ? await answer.json() : undefined;
    } catch {
      return undefined;
    } finally {
      document.removeEventListener("visibilitychange", abort);
    }
  };

  const reload = () => {
    sessionStorage.setItem(SCROLLED, scrollY);
    // Not reload(), which would post a form again. Not the path alone: a path that begins with `//` names a host.
    location.replace(location.href.split("#")[0]);
  };

  // The old style stays until the new one is loaded, so that the page is never without.
  const loadStyle = (old, version) =>
    new Promise((resolve) => {
      const link = old.cloneNode();
      const [path] = old.getAttribute("href").split("?");
      link.setAttribute("href", `${path}?v=${version}`);
      const replace = (outdated) => {
        outdated.remove();
        resolve();
      };
      link.onload = () => replace(old);
      link.onerror = () => replace(link);
      old.after(link);
    });

  const loadStyles = async (version) => {
    const links = [...document.querySelectorAll('link[rel="stylesheet"][href^="/static/"]')];
    await Promise.all(links.map((link) => loadStyle(link, version)));
  };

  const keepUpToDate = async ([pages, styles]) => {
    let seen; // The version is known, but not the errors of a build: the first answer comes at once.
    let pause = SHORTEST_PAUSE;
    for (;;) {
      await visible();
      const state = await ask(seen);
      if (!state) {
        await sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
        continue;
      }
      pause = SHORTEST_PAUSE;
      seen = state.version;
      const [newestPages, newestStyles] = seen.split(".");
      if (newestPages !== pages) {
        reload();
        return;
      }
      if (newestStyles !== styles) {
        styles = newestStyles;
        await loadStyles(styles);
      }
      showBuildError(state.build_error);
    }
  };

  // A shadow root keeps these styles and those of the page apart.
  const barStyles = new CSSStyleSheet();
  barStyles.replaceSync(`
    :host { position: fixed; inset: auto 0 0; z-index: 1000; }
    section { max-height: 60vh; overflow: auto; padding: 16px 24px; background: #2b1512; color: #ffe9e3; font: 16px/1.5 system-ui, sans-serif; border-top: 4px solid #e5484d; }
    h2 { margin: 0 0 8px; font-size: 16px; }
    pre { margin: 0; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
  `);
  let bar;

  function showBuildError(error) {
    if (!error) {
      bar?.remove();
      bar = undefined;
      return;
    }
    if (!bar) {
      bar = document.createElement("hoglet-build-error");
      const root = bar.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [barStyles];
      root.innerHTML = `<section role="alert" tabindex="0"><h2>The build failed. This page is from the last successful build.</h2><pre></pre></section>`;
      document.body.append(bar);
    }
    const text = bar.shadowRoot.querySelector("pre");
    if (text.textContent !== error) text.textContent = error;
  }

  keepUpToDate(document.currentScript.dataset.version.split("."));
}
