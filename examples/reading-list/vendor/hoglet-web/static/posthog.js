// Loads posthog-js and makes it use the server's distinct id.
//
// The server decides: #posthog-config contains the page's distinct id. If posthog-js remembers another one
// from earlier pages, it is corrected before posthog-js captures anything. A page can become outdated: a
// person logs in or out in another tab, or the page returns from the back-forward cache. Then it captures
// nothing and reloads. The browser never identifies or links persons, because the server does so at sign-up
// and log-in.
//
// If posthog-js is blocked or slow, `window.posthog` is missing, but everything else works. So call it as
// `window.posthog?.capture("…")`.
(() => {
  const page = JSON.parse(document.getElementById("posthog-config").textContent);
  const nonce = document.currentScript.nonce;
  const flags = { featureFlags: page.flags, featureFlagPayloads: page.flag_payloads };
  const withNonce = (element) => Object.assign(element, { nonce }); // the content security policy requires it

  // Matches names such as `access_token`, `api_key` or `key[0]`, but not `keyword`. Matches parameters such
  // as `?token=abc`, or `%3Ftoken%3Dabc` within another parameter. The length of names is bounded, because an
  // address can be long.
  const { anywhere, at_the_end } = page.secret_parameters;
  const LETTERS = "[\\w.[\\]-]{0,60}";
  const SECRET_NAME = `${LETTERS}?(?:${anywhere.join("|")}|(?:${at_the_end.join("|")})(?![a-z0-9]))${LETTERS}`;
  const SECRET = new RegExp(`((?:[?&;#]|%3f|%26)${SECRET_NAME}(?:=|%3d))(?:(?!%26|%23)[^&#"\\s])+`, "gi");

  // Matches a segment of a path that looks like a token in a mail. posthog-js does not run on a page with
  // such an address, but other pages may link to it.
  const TOKEN = /(\/|%2[fF])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{43,}/g;

  // --- The current person, which all tabs of this browser share ------------------------------------------------

  const PERSON = "posthog-person"; // in localStorage: the distinct id of the newest page
  const AWAITED = "posthog-awaited"; // in sessionStorage: the distinct id that this tab reloads for
  const shared = storage("localStorage");
  const tab = storage("sessionStorage");

  // Without cookies every load is a new visitor, and two tabs could reload each other for ever. So if a tab
  // has reloaded and is outdated again, it does not reload, and captures nothing until it shows another page.
  const awaited = tab?.getItem(AWAITED) ?? page.distinct_id;
  let mayReload = awaited === page.distinct_id;
  tab?.removeItem(AWAITED);

  // Call this only after posthog-js has stored the distinct id: its cookie is shared, and other tabs reload
  // and write to it.
  function announce() {
    shared?.setItem(PERSON, page.distinct_id); // reaches the other tabs as a `storage` event
    addEventListener("storage", reloadIfStale);
    addEventListener("pageshow", (event) => {
      mayReload ||= event.persisted; // a page that returns from the cache may reload again
      reloadIfStale();
    });
    document.addEventListener("visibilitychange", reloadIfStale);
  }

  function isCurrent() {
    return [null, undefined, page.distinct_id].includes(shared?.getItem(PERSON));
  }

  function reloadIfStale() {
    if (isCurrent() || !mayReload) return;
    mayReload = false;
    tab?.setItem(AWAITED, shared.getItem(PERSON));
    // Not reload(), which would post a form again. Not the path alone, because a path that begins with two
    // slashes is read as a host.
    location.replace(location.href.split("#")[0]);
  }

  // --- posthog-js ----------------------------------------------------------------------------------------------

  const script = withNonce(document.createElement("script"));
  script.src = page.script;
  script.onload = () => window.posthog?.init(page.token, options);
  script.onerror = announce;
  document.head.append(script);

  const options = {
    api_host: page.api_host,
    ui_host: page.ui_host,
    defaults: "2026-08-30",
    bootstrap: flags,
    // If the page's handler has read flags, the browser uses their values, so that scripts agree with the
    // page. It evaluates only the flags of surveys. On other pages the server has not evaluated flags, to
    // save time, so the browser evaluates them.
    advanced_only_evaluate_survey_feature_flags: Object.keys(page.flags).length > 0,
    loaded: (posthog) => {
      agree(posthog);
      posthog.unregister("$groups"); // those of an earlier page
      posthog.register(page.properties);
      noteFirstTouch(posthog);
      posthog.get_session_id(); // starts the session before other tabs reload, so that they do not each start another one
      announce();
    },
    before_send: (event) => {
      if (!event || !isOurs(event)) return null;
      return event.event === "$snapshot" ? event : withoutSecrets(event); // the recorder masks secrets itself
    },

    // Visitors get no person profile, not even a developer on localhost.
    person_profiles: "identified_only",
    internal_or_test_user_hostname: null,

    // posthog-js takes the headless browser of an end-to-end test for a robot, so robots are ignored only in
    // production.
    opt_out_useragent_filter: !page.filter_robots,

    // The server reads the session id from the cookie. So the cookie is for this host only, and is written at
    // once.
    persistence: "localStorage+cookie",
    cross_subdomain_cookie: false,
    persistence_save_debounce_ms: 0,

    // Requests to the app have headers with the distinct id and the session id. This is a host name, without
    // a port.
    tracing_headers: [location.hostname],

    // Uncaught errors are captured, but not the errors in the console.
    capture_exceptions: page.capture_exceptions && {
      capture_unhandled_errors: true,
      capture_unhandled_rejections: true,
      capture_console_errors: false,
    },
    capture_performance: { web_vitals: true },

    // Masks parameters in addresses, in events and in session replay. It masks the click ids of
    // advertisements too.
    mask_personal_data_properties: true,
    custom_personal_data_properties: secretParameters(),

    disable_session_recording: !page.session_replay,
    prepare_external_dependency_script: withNonce,
    prepare_external_dependency_stylesheet: withNonce,
  };

  // Runs after posthog-js has read its storage and before it captures anything.
  function agree(posthog) {
    const wasIdentified = posthog.get_property("$user_state") === "identified";
    if (posthog.get_distinct_id() === page.distinct_id && wasIdentified === page.is_identified) return;

    if (page.is_identified && !wasIdentified) {
      // The visitor has logged in, and the user keeps the visitor's session and first referrer. Do not call
      // identify(): it would send a second $identify after the server's.
      posthog.register({ distinct_id: page.distinct_id, $user_id: page.distinct_id, $user_state: "identified" });
      posthog.unregister("$flag_call_reported");
      posthog.reloadFeatureFlags();
    } else {
      // The user has logged out, the session has expired, or this is another person. Nothing of the previous
      // person remains, not even their session.
      posthog.reset({
        resetDeviceID: true,
        bootstrap: { distinctID: page.distinct_id, isIdentifiedID: page.is_identified, ...flags },
      });
    }
  }

  function isOurs(event) {
    return event.properties.distinct_id === page.distinct_id && isCurrent();
  }

  // --- Secrets in addresses ------------------------------------------------------------------------------------

  // The names of secret parameters, and those in this page's address that look like one. posthog-js needs
  // exact names.
  function secretParameters() {
    const here = [...new URLSearchParams(location.search).keys()];
    return [...anywhere, ...at_the_end, ...here.filter((name) => new RegExp(`^${SECRET_NAME}$`, "i").test(name))];
  }

  // posthog-js masks only parameters of the page's own address. Referrers, links and error messages contain
  // addresses too, and an address may contain another one, percent-encoded:
  // /login?next=%2Finvitation%3Ftoken%3Dabc.
  function withoutSecrets(value) {
    if (typeof value === "string") return value.replace(SECRET, "$1<masked>").replace(TOKEN, "$1***");
    if (Array.isArray(value)) return value.map(withoutSecrets);
    if (value?.constructor !== Object) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
  }

  // Stores the first page and its referrer before posthog-js does: without secrets, but with click ids. The
  // server reads them from the cookie at sign-up.
  function noteFirstTouch(posthog) {
    const cut = (address) => (encodeURIComponent(address).length <= 1000 ? address : cut(address.slice(0, -10)));
    const noted = (address) => cut(withoutSecrets(address).slice(0, 1000));
    posthog.register_once({
      $initial_person_info: { r: noted(document.referrer || "$direct"), u: noted(location.href) },
    });
  }

  // Reading the property throws if the browser blocks storage.
  function storage(name) {
    try {
      return window[name];
    } catch {
      return undefined;
    }
  }
})();
