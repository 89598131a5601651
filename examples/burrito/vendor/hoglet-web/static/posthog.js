// Loads posthog-js and keeps it in agreement with the server about who this is.
//
// The server decides: the page says in #posthog-config whose page it is. What posthog-js remembers from earlier
// pages is corrected before it captures anything, and a page whose person is no longer the current one (somebody
// logged in or out in another tab, or the page came back from the back-forward cache) captures nothing and reloads.
// The browser never identifies or links anybody: the server has done so at sign-up and log-in.
//
// Blocked or slow, posthog-js is missing and nothing else is: call it as `window.posthog?.capture("…")`.
(() => {
  const page = JSON.parse(document.getElementById("posthog-config").textContent);
  const nonce = document.currentScript.nonce;
  const flags = { featureFlags: page.flags, featureFlagPayloads: page.flag_payloads };
  const withNonce = (element) => Object.assign(element, { nonce }); // the content security policy asks for it

  // Names as `access_token`, `api_key` or `key[0]`, but not `keyword`; and `?token=abc`, or `%3Ftoken%3Dabc` within
  // another parameter. Bounded, because an address can be long.
  const { anywhere, at_the_end } = page.secret_parameters;
  const LETTERS = "[\\w.[\\]-]{0,60}";
  const SECRET_NAME = `${LETTERS}?(?:${anywhere.join("|")}|(?:${at_the_end.join("|")})(?![a-z0-9]))${LETTERS}`;
  const SECRET = new RegExp(`((?:[?&;#]|%3f|%26)${SECRET_NAME}(?:=|%3d))(?:(?!%26|%23)[^&#"\\s])+`, "gi");

  // A segment of a path that looks like a token of a mail. posthog-js does not run on the page that has such an
  // address, but other pages may link to it.
  const TOKEN = /(\/|%2[fF])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{43,}/g;

  // --- The current person, known to all tabs of this browser -------------------------------------------------

  const PERSON = "posthog-person"; // in localStorage: whose the newest page is
  const AWAITED = "posthog-awaited"; // in sessionStorage: whom this tab has reloaded for
  const shared = storage("localStorage");
  const tab = storage("sessionStorage");

  // Without cookies every load is a new visitor, and two tabs could reload each other for ever: a tab that has
  // reloaded in vain stays as it is, without capturing, until its visitor goes to another page.
  const awaited = tab?.getItem(AWAITED) ?? page.distinct_id;
  let mayReload = awaited === page.distinct_id;
  tab?.removeItem(AWAITED);

  // Once posthog-js remembers who this is, and not before: its cookie is shared, and tabs that reload write to it.
  function announce() {
    shared?.setItem(PERSON, page.distinct_id); // reaches the other tabs as a `storage` event
    addEventListener("storage", reloadIfStale);
    addEventListener("pageshow", (event) => {
      mayReload ||= event.persisted; // coming back is a visit of its own
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
    // Not reload(): that would post a form again. Nor the path alone: one that begins with two slashes names a host.
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
    // A page whose handler has read flags shows what they decided, and its scripts see the same: the browser does not
    // evaluate them anew, except those that surveys have of their own. On other pages the server has not asked, so that
    // nobody waits for flags that the page does without, and the browser evaluates.
    advanced_only_evaluate_survey_feature_flags: Object.keys(page.flags).length > 0,
    loaded: (posthog) => {
      agree(posthog);
      posthog.unregister("$groups"); // of an earlier page
      posthog.register(page.properties);
      noteFirstTouch(posthog);
      posthog.get_session_id(); // begins the session, before other tabs reload and each begin one of their own
      announce();
    },
    before_send: (event) => {
      if (!event || !isOurs(event)) return null;
      return event.event === "$snapshot" ? event : withoutSecrets(event); // the recorder does it itself
    },

    // Visitors get no person profile, not even a developer's on localhost.
    person_profiles: "identified_only",
    internal_or_test_user_hostname: null,

    // An end-to-end test drives a headless browser, which posthog-js takes for a robot: only production leaves robots out.
    opt_out_useragent_filter: !page.filter_robots,

    // The server reads the session id from the cookie: of this host alone, and written at once.
    persistence: "localStorage+cookie",
    cross_subdomain_cookie: false,
    persistence_save_debounce_ms: 0,

    // Our own requests carry person and session as headers. A name without a port.
    tracing_headers: [location.hostname],

    // Errors that nobody caught; what the console says is not for PostHog.
    capture_exceptions: page.capture_exceptions && {
      capture_unhandled_errors: true,
      capture_unhandled_rejections: true,
      capture_console_errors: false,
    },
    capture_performance: { web_vitals: true },

    // In addresses, for events and session replay alike. It masks the click ids of advertisements too.
    mask_personal_data_properties: true,
    custom_personal_data_properties: secretParameters(),

    disable_session_recording: !page.session_replay,
    prepare_external_dependency_script: withNonce,
    prepare_external_dependency_stylesheet: withNonce,
  };

  // Runs after posthog-js has read what it remembers and before it captures.
  function agree(posthog) {
    const wasIdentified = posthog.get_property("$user_state") === "identified";
    if (posthog.get_distinct_id() === page.distinct_id && wasIdentified === page.is_identified) return;

    if (page.is_identified && !wasIdentified) {
      // The visitor logged in: the user goes on with the visitor's session and first referrer. identify() would send
      // a second $identify; the server has sent the one that counts.
      posthog.register({ distinct_id: page.distinct_id, $user_id: page.distinct_id, $user_state: "identified" });
      posthog.unregister("$flag_call_reported");
      posthog.reloadFeatureFlags();
    } else {
      // Logged out, expired, or somebody else: nothing of the person before remains, the session neither.
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

  // The parameters of this page whose names look like a secret's: posthog-js wants them exactly.
  function secretParameters() {
    const here = [...new URLSearchParams(location.search).keys()];
    return [...anywhere, ...at_the_end, ...here.filter((name) => new RegExp(`^${SECRET_NAME}$`, "i").test(name))];
  }

  // posthog-js masks what is a parameter of the page's own address. The referrer, links and messages of errors hold
  // addresses too, and an address may hold another one, percent-encoded: /login?next=%2Finvitation%3Ftoken%3Dabc.
  function withoutSecrets(value) {
    if (typeof value === "string") return value.replace(SECRET, "$1<masked>").replace(TOKEN, "$1***");
    if (Array.isArray(value)) return value.map(withoutSecrets);
    if (value?.constructor !== Object) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
  }

  // Where somebody came from, noted before posthog-js does it: without secrets, and with the click ids. The server
  // reads it from the cookie at sign-up.
  function noteFirstTouch(posthog) {
    const cut = (address) => (encodeURIComponent(address).length <= 1000 ? address : cut(address.slice(0, -10)));
    const noted = (address) => cut(withoutSecrets(address).slice(0, 1000));
    posthog.register_once({
      $initial_person_info: { r: noted(document.referrer || "$direct"), u: noted(location.href) },
    });
  }

  // Reading the property throws where a browser blocks storage.
  function storage(name) {
    try {
      return window[name];
    } catch {
      return undefined;
    }
  }
})();
