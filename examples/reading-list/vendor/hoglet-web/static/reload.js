// In development only: reloads the page when a template or an asset has changed or the app was restarted, and shows the
// errors of a failed build.
{
  const SCROLLED = "reload-scrolled"; // in sessionStorage: how far down the page was
  const { version } = document.currentScript.dataset;

  scrollTo(0, sessionStorage.getItem(SCROLLED) ?? scrollY);
  sessionStorage.removeItem(SCROLLED);

  const checkVersion = async () => {
    // The app does not answer while it restarts. A page in the background can wait.
    const answer = document.hidden ? undefined : await fetch("/dev/reload", { cache: "no-store" }).catch(() => {});
    const state = answer?.ok ? await answer.json().catch(() => {}) : undefined;
    if (state && state.version !== version) {
      sessionStorage.setItem(SCROLLED, scrollY);
      // Not reload(), which would post a form again. Not the path alone: a path that begins with `//` names a host.
      location.replace(location.href.split("#")[0]);
      return;
    }
    if (state) showBuildError(state.build_error);
    setTimeout(checkVersion, 1000);
  };
  setTimeout(checkVersion, 1000);

  // A shadow root keeps these styles and those of the page apart.
  const styles = new CSSStyleSheet();
  styles.replaceSync(`
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
      root.adoptedStyleSheets = [styles];
      root.innerHTML = `<section role="alert" tabindex="0"><h2>The build failed. This page is from the last successful build.</h2><pre></pre></section>`;
      document.body.append(bar);
    }
    const text = bar.shadowRoot.querySelector("pre");
    if (text.textContent !== error) text.textContent = error;
  }
}
