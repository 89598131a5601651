// In development only: loads the page anew when a view or an asset has changed, or when the app was restarted.
{
  const SCROLLED = "reload-scrolled"; // in sessionStorage: how far down the page was
  const { version } = document.currentScript.dataset;

  scrollTo(0, sessionStorage.getItem(SCROLLED) ?? scrollY);
  sessionStorage.removeItem(SCROLLED);

  const ask = async () => {
    // While the app restarts nobody answers; a page in the background can wait.
    const answer = document.hidden ? undefined : await fetch("/dev/reload", { cache: "no-store" }).catch(() => {});
    if (answer?.ok && (await answer.text()) !== version) {
      sessionStorage.setItem(SCROLLED, scrollY);
      location.replace(location.pathname + location.search); // not reload(): that would post a form again
    } else {
      setTimeout(ask, 1000);
    }
  };
  setTimeout(ask, 1000);
}
