//! Settings: every variable, and the error for each invalid value.

use std::collections::{BTreeSet, HashMap};

use hoglet_web::app::{App as _, read_settings, variables};
use hoglet_web::package::Package;
use hoglet_web::settings::secret_key::new_secret_key;
use hoglet_web::settings::{Environment, MailTls, Settings, SettingsError};

use crate::club::{Club, Motto};

/// A valid URL for the driver of this build.
const DATABASE_URL: &str = if cfg!(feature = "sqlite") {
    "sqlite:data/app.sqlite"
} else {
    "postgres://localhost/app"
};

fn read(given: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    read_both(given).map(|(settings, _)| settings)
}

/// Hoglet's settings and the club's own.
fn read_both(given: &[(&str, &str)]) -> Result<(Settings, Motto), SettingsError> {
    let mut all = HashMap::from([("DATABASE_URL", DATABASE_URL)]);
    all.extend(given.iter().copied());
    read_settings::<Club>(&|name| all.get(name).map(|value| (*value).into()))
}

fn errors(variables: &[(&str, &str)]) -> Vec<String> {
    let Err(error) = read(variables) else {
        panic!("{variables:?} are good settings");
    };
    let text = error.to_string();
    text.lines()
        .skip(1)
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn nothing_needs_to_be_set() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.app_url(), "http://127.0.0.1:8000");
    assert_eq!(settings.shutdown_timeout.as_secs(), 8);
    assert!(!settings.https());
    assert!(!settings.posthog.enabled());
    assert_eq!(settings.posthog.proxy_path.as_deref(), Some("/relay"));
    assert!(settings.posthog.js && settings.posthog.session_replay);
    assert!(settings.posthog.capture_exceptions && settings.posthog.respect_opt_out);
}

#[test]
fn links_lead_to_an_address_that_can_be_opened() {
    for (host, url) in [
        ("0.0.0.0", "http://localhost:9000"),
        ("::", "http://localhost:9000"),
        ("[::]", "http://localhost:9000"),
        ("::ffff:0.0.0.0", "http://localhost:9000"),
        ("0:0:0:0:0:0:0:0", "http://localhost:9000"),
        ("localhost", "http://localhost:9000"),
        ("192.0.2.7", "http://192.0.2.7:9000"),
        ("::1", "http://[::1]:9000"),
        ("[::1]", "http://[::1]:9000"),
    ] {
        let settings = read(&[("HOST", host), ("PORT", "9000")]).unwrap();
        assert_eq!(settings.app_url(), url, "{host}");
        let given = ("APP_URL", "https://shop.example");
        let settings = read(&[("HOST", host), given]).unwrap();
        assert_eq!(settings.app_url(), given.1, "{host}");
    }
    for bad in ["[0.0.0.0]", "[]", "[::", "*"] {
        let errors = errors(&[("HOST", bad)]);
        assert!(errors[0].starts_with("HOST: "), "{errors:?}");
    }
}

#[test]
fn an_empty_value_is_an_absent_one() {
    let mut names = variables::<Club>();
    names.retain(|name| !["DATABASE_URL", "POSTHOG_PROXY_PATH"].contains(&&**name));
    let empty: Vec<_> = names.iter().map(|name| (&**name, " ")).collect();
    let settings = read(&empty).unwrap();
    assert_eq!(settings.port, 8000);
    assert_eq!(
        read(&[("POSTHOG_PROXY_PATH", "")])
            .unwrap()
            .posthog
            .proxy_path,
        None
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once_each_by_its_name() {
    let bad = [
        ("APP_ENV", "staging"),
        ("HOST", "not a host"),
        ("PORT", "65536"),
        ("APP_URL", "example.com"),
        ("ALLOWED_HOSTS", "good.example,https://bad.example"),
        ("ALLOWED_ORIGINS", "https://good.example,ftp://bad.example"),
        ("COOKIE_PREFIX", "a shop"),
        ("DATABASE_URL", "mysql://localhost/app"),
        ("SECRET_KEY", "too short"),
        ("TRUSTED_PROXIES", "10.0.0.0/8 nonsense"),
        ("LOG_FORMAT", "xml"),
        ("SHUTDOWN_TIMEOUT_SECONDS", "soon"),
        ("POSTHOG_HOST", "posthog"),
        ("POSTHOG_DISABLED", "perhaps"),
        ("POSTHOG_CAPTURE_EXCEPTIONS", "2"),
        ("POSTHOG_JS", "2"),
        ("POSTHOG_SESSION_REPLAY", "2"),
        ("POSTHOG_RESPECT_OPT_OUT", "2"),
        ("POSTHOG_PROXY_PATH", "//evil.example"),
        ("POSTHOG_QUEUE_SIZE", "0"),
        ("POSTHOG_RETRY_SECONDS", "-1"),
        ("POSTHOG_COMPRESSION", "brotli"),
        ("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "x"),
        ("SMTP_URL", "mail.example.com"),
        ("MAIL_FROM", "nobody"),
    ];
    let errors = errors(&bad);
    assert_eq!(errors.len(), bad.len(), "{errors:#?}");
    for (name, _) in bad {
        let own = errors
            .iter()
            .filter(|line| line.starts_with(&format!("{name}: ")));
        assert_eq!(own.count(), 1, "{name} in {errors:#?}");
    }
}

#[test]
fn every_bad_item_of_a_list_is_named() {
    let errors = errors(&[(
        "ALLOWED_ORIGINS",
        "a https://good.example/path, https://x.example",
    )]);
    assert_eq!(errors.len(), 2, "{errors:?}");
}

#[test]
fn settings_that_would_open_a_security_hole_are_refused() {
    for (name, value) in [
        ("APP_URL", "https://example.com/path"),
        ("APP_URL", "https://user@example.com"),
        ("APP_URL", "javascript:alert(1)"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "null"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "*.example.com"),
        ("ALLOWED_HOSTS", ".example.com"),
        ("ALLOWED_HOSTS", "user@example.com"),
        ("ALLOWED_HOSTS", "example.com:x"),
        ("COOKIE_PREFIX", "a;b"),
        ("COOKIE_PREFIX", "a=b"),
        ("COOKIE_PREFIX", "a%2d"),
        ("COOKIE_PREFIX", "caf\u{e9}"),
        ("COOKIE_PREFIX", "__Host-"),
        ("COOKIE_PREFIX", "__secure-shop-"),
        ("TRUSTED_PROXIES", "*"),
        ("POSTHOG_HOST", "https://user:pass@posthog.example"),
        ("POSTHOG_HOST", "file:///etc/passwd"),
        ("POSTHOG_PROXY_PATH", "relay"),
        ("POSTHOG_PROXY_PATH", "/"),
        ("POSTHOG_PROXY_PATH", "/relay/../x"),
        ("POSTHOG_PROXY_PATH", "/{relay}"),
        ("POSTHOG_PROXY_PATH", "/api"),
        ("POSTHOG_PROXY_PATH", "/static/relay"),
        ("POSTHOG_PROXY_PATH", "/dev/mail"),
        ("POSTHOG_PROXY_PATH", "https://evil.example"),
    ] {
        let errors = errors(&[(name, value)]);
        assert!(errors[0].starts_with(&format!("{name}: ")), "{errors:?}");
    }
}

#[test]
fn production_needs_a_secret_key_and_a_long_one() {
    let key = new_secret_key();
    assert_eq!(key.len(), 128);
    let production = ("APP_ENV", "production");
    assert!(read(&[production, ("SECRET_KEY", &key)]).is_ok());
    let letters = "g".repeat(128);
    for bad in ["", "0123", &key[..127], &letters] {
        let errors = errors(&[production, ("SECRET_KEY", bad)]);
        assert!(errors[0].starts_with("SECRET_KEY: "), "{errors:?}");
        assert!(
            bad.is_empty() || !errors[0].contains(bad),
            "it is not repeated"
        );
    }
    assert!(read(&[]).is_ok(), "development makes one for itself");
}

#[test]
fn lists_are_separated_by_commas_or_spaces() {
    let origins = "https://a.example,https://b.example  https://c.example/ , http://d.example:3000";
    let settings = read(&[
        ("ALLOWED_ORIGINS", origins),
        ("TRUSTED_PROXIES", "10.0.0.0/8, ::1 192.0.2.1"),
    ]);
    let settings = settings.unwrap();
    assert_eq!(
        settings.allowed_origins,
        [
            "https://a.example",
            "https://b.example",
            "https://c.example",
            "http://d.example:3000"
        ]
    );
    assert_eq!(settings.trusted_proxies.len(), 3);
}

#[test]
fn the_token_has_an_older_name() {
    for name in ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"] {
        let settings = read(&[(name, "phc_token")]).unwrap();
        assert_eq!(settings.posthog.project_token, "phc_token");
    }
    let both = |older| {
        [
            ("POSTHOG_PROJECT_TOKEN", "phc_token"),
            ("POSTHOG_API_KEY", older),
        ]
    };
    for agreeing in ["phc_token", "", " "] {
        let settings = read(&both(agreeing)).unwrap();
        assert_eq!(settings.posthog.project_token, "phc_token");
    }
    let errors = errors(&both("phc_another"));
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("POSTHOG_PROJECT_TOKEN: "));
    assert!(errors[0].contains("POSTHOG_API_KEY"), "{errors:?}");
}

#[test]
fn a_key_that_may_read_the_project_never_gets_into_a_page() {
    for name in ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"] {
        for key in [
            "phx_hunter2",
            "phs_hunter2",
            "\"phx_hunter2\"",
            " PHX_hunter2",
        ] {
            let errors = errors(&[(name, key), ("PORT", "x"), ("POSTHOG_DISABLED", "true")]);
            assert_eq!(errors.len(), 2, "{errors:?}");
            let error = &errors[1];
            assert!(error.starts_with(&format!("{name}: ")), "{error}");
            assert!(error.contains("POSTHOG_SECRET_KEY"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
    assert!(read(&[("POSTHOG_SECRET_KEY", "phx_hunter2")]).is_ok());
}

#[test]
fn the_app_is_called_what_the_project_is_in_title_case() {
    for (name, title) in [
        ("fancy-shop", "Fancy Shop"),
        ("fancy_shop", "Fancy Shop"),
        ("x", "X"),
        ("a--b", "A B"),
    ] {
        let package = Package {
            name,
            ..Club::PACKAGE
        };
        assert_eq!(package.title(), title);
    }
    assert_eq!(read(&[]).unwrap().app_name, "Chess Club");
    let named = read(&[("APP_NAME", " Ann's Club ")]).unwrap();
    assert_eq!(named.app_name, "Ann's Club");
    let errors = errors(&[("APP_NAME", "two\nlines")]);
    assert!(errors[0].starts_with("APP_NAME: "), "{errors:?}");
}

#[test]
fn the_stand_in_is_a_posthog_on_this_machine_in_development() {
    let key = ("POSTHOG_API_KEY", "phc_local");
    let standin = |variables: &[(&str, &str)]| {
        let settings = read(variables).unwrap();
        settings.standin().map(str::to_owned)
    };
    for local in [
        "http://127.0.0.1:8010",
        "http://localhost:8010",
        "http://[::1]:8010",
    ] {
        let host = ("POSTHOG_HOST", local);
        assert_eq!(standin(&[key, host]).as_deref(), Some(local));
        assert_eq!(standin(&[host]), None, "PostHog is off");
        assert_eq!(standin(&[key, host, ("APP_ENV", "test")]), None);
    }
    assert_eq!(standin(&[key]), None, "PostHog's cloud");
}

#[test]
fn no_secret_shows_in_debug() {
    let key = new_secret_key();
    let with_password = match cfg!(feature = "sqlite") {
        true => "sqlite:data/hunter2.sqlite".to_owned(),
        false => format!("{DATABASE_URL}?password=hunter2"),
    };
    let settings = read(&[
        ("SECRET_KEY", &key),
        ("POSTHOG_SECRET_KEY", "phx_secret"),
        ("DATABASE_URL", &with_password),
    ]);
    let text = format!("{:?}", settings.unwrap());
    for secret in [&*key, "phx_secret", "hunter2"] {
        assert!(!text.contains(secret), "{text}");
    }
    // This includes invalid URLs, which the driver's own error would show completely.
    for wrong in [
        "oracle://app:hunter2@db",
        "postgres://app:hunter2#1@db/app",
        "postgres://app:hunter2/1@db/app",
        "postgres://app:hunter2@db:99999/app",
        "sqlite://hunter2 data/app.sqlite",
    ] {
        let error = errors(&[("DATABASE_URL", wrong)]);
        assert_eq!(error.len(), 1, "{wrong}: {error:?}");
        assert!(!error[0].contains("hunter2"), "{error:?}");
    }
}

#[test]
fn the_list_of_variables_is_what_is_read() {
    let asked = std::cell::RefCell::new(BTreeSet::new());
    let settings = read_settings::<Club>(&|name| {
        asked.borrow_mut().insert(name.to_owned());
        (name == "DATABASE_URL").then(|| DATABASE_URL.into())
    });
    assert!(settings.is_ok());
    let known = variables::<Club>();
    let once: BTreeSet<_> = known.iter().cloned().collect();
    assert_eq!(once.len(), known.len(), "each once: {known:?}");
    assert_eq!(asked.into_inner(), once);
    assert!(known.contains(&"CLUB_MOTTO".to_owned()), "{known:?}");
}

#[test]
fn an_apps_own_settings_are_read_and_refused_like_hoglets() {
    let (_, Motto(motto)) = read_both(&[("CLUB_MOTTO", " think first ")]).unwrap();
    assert_eq!(motto, "think first");
    let errors = errors(&[("PORT", "x"), ("CLUB_MOTTO", "checkers")]);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!(errors[1], "CLUB_MOTTO: is about another game");
}

#[test]
fn the_proxys_path_is_no_pages() {
    for taken in ["/login", "/card/relay", "/api/relay", "/livez", "/static"] {
        let errors = errors(&[("POSTHOG_PROXY_PATH", taken)]);
        assert!(errors[0].starts_with("POSTHOG_PROXY_PATH: "), "{errors:?}");
        assert!(errors[0].contains("is taken by a page"), "{errors:?}");
    }
    assert!(read(&[("POSTHOG_PROXY_PATH", "/cards")]).is_ok());
}

#[test]
fn the_mail_servers_address_says_how_the_way_there_is_encrypted() {
    for (address, port, tls) in [
        ("smtps://mail.example.com", 465, MailTls::FromTheStart),
        ("smtp://mail.example.com", 587, MailTls::Required),
        ("smtp://mail.example.com:2525/", 2525, MailTls::Required),
        ("smtp://localhost", 25, MailTls::None),
        ("smtp://127.0.0.1:1025", 1025, MailTls::None),
        ("smtp://[::1]:1025", 1025, MailTls::None),
        ("smtp://localhost?tls=required", 587, MailTls::Required),
        ("smtp://mailpit:1025?tls=none", 1025, MailTls::None),
    ] {
        let server = read(&[("SMTP_URL", address)]).unwrap().mail.server;
        let server = server.expect("there is one");
        assert_eq!((server.port, server.tls), (port, tls), "{address}");
        assert!(server.credentials.is_none(), "{address}");
    }
    assert!(read(&[]).unwrap().mail.server.is_none());
}

#[test]
fn no_error_shows_a_password_in_a_value() {
    let with_password = "https://ann:hunter2@shop.example";
    for name in [
        "APP_ENV",
        "APP_URL",
        "HOST",
        "PORT",
        "ALLOWED_HOSTS",
        "ALLOWED_ORIGINS",
        "TRUSTED_PROXIES",
        "COOKIE_PREFIX",
        "MAIL_FROM",
        "REQUEST_TIMEOUT_SECONDS",
        "LOG_FORMAT",
    ] {
        let error = errors(&[(name, with_password)]).join("\n");
        assert!(
            error.starts_with(&format!("{name}: \"https://***@shop.example\" ")),
            "{error}"
        );
    }
    // The comma separates the items of the list.
    for error in errors(&[(
        "ALLOWED_ORIGINS",
        "https://ann:hunter2,hunter2@shop.example",
    )]) {
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[cfg(feature = "posthog")]
#[test]
fn no_error_of_posthogs_variables_shows_a_password() {
    let with_password = "https://ann:hunter2@eu.i.posthog.com";
    for name in [
        "POSTHOG_HOST",
        "POSTHOG_PROXY_PATH",
        "POSTHOG_PROJECT_ID",
        "POSTHOG_JS",
        "POSTHOG_QUEUE_SIZE",
        "POSTHOG_COMPRESSION",
    ] {
        let error = errors(&[(name, with_password)]).join("\n");
        assert!(
            error.starts_with(&format!("{name}: \"https://***@eu.i.posthog.com\" ")),
            "{error}"
        );
    }
}

#[test]
fn the_mail_servers_password_may_hold_anything_and_shows_nowhere() {
    let address = "smtps://ann%40example.com:a%3Ab+c&d=e%2F%25@mail.example.com";
    let settings = read(&[("SMTP_URL", address)]).unwrap();
    let server = settings.mail.server.as_ref().unwrap();
    let (user, password) = server.credentials.as_ref().unwrap();
    assert_eq!(
        (&**user, password.expose()),
        ("ann@example.com", "a:b+c&d=e/%")
    );
    assert!(!format!("{settings:?}").contains("c&d"));

    for bad in [
        "https://ann:hunter2@mail.example.com",
        "smtps://ann:hunter2@",
        "smtps://:hunter2@mail.example.com",
        "smtps://ann@mail.example.com",
        "smtps://ann:hunter2@mail.example.com/path",
        "smtps://ann:hunter2@mail.example.com:port",
        "smtps://ann:hunter2@mail.example.com?tls=none",
        "smtp://ann:hunter2@mail.example.com?tls=opportunistic",
        "smtp://ann:hunter2#@mail.example.com",
        "smtps://ann:hunter2%FF@mail.example.com",
        "ann:hunter2@mail.example.com",
    ] {
        let errors = errors(&[("SMTP_URL", bad)]);
        assert!(errors[0].starts_with("SMTP_URL: "), "{bad}: {errors:?}");
        assert!(!errors[0].contains("hunter2"), "{bad}: {errors:?}");
    }
}

#[test]
fn mail_comes_from_the_sender_in_the_settings() {
    let from = |given: &[(&str, &str)]| {
        let from = read(given).unwrap().mail.from;
        (from.name.unwrap_or_default(), from.email.to_string())
    };
    let both = |name: &str, email: &str| (name.to_owned(), email.to_owned());
    for (text, name, email) in [
        ("no-reply@example.com", "", "no-reply@example.com"),
        (
            "Ann & Ben's Shop, Inc. <a@example.com>",
            "Ann & Ben's Shop, Inc.",
            "a@example.com",
        ),
        ("\"Müller\" <a@example.com>", "Müller", "a@example.com"),
        ("<a@example.com>", "", "a@example.com"),
        // Mail servers use the ASCII form of a domain. The part before the `@` has no such form.
        ("a@bücher.example", "", "a@xn--bcher-kva.example"),
        (
            "Büro <büro@BÜCHER.example>",
            "Büro",
            "büro@xn--bcher-kva.example",
        ),
        ("a@例え.テスト", "", "a@xn--r8jz45g.xn--zckzah"),
    ] {
        assert_eq!(from(&[("MAIL_FROM", text)]), both(name, email));
    }
    for bad in [
        "Ann",
        "Ann <ann>",
        "a@b.c, d@e.f",
        "Ann <a@b.c\r\nBcc: x@y.z>",
        "Ann\n <a@b.c>",
        "a@bü cher.example",
    ] {
        let errors = errors(&[("MAIL_FROM", bad)]);
        assert!(errors[0].starts_with("MAIL_FROM: "), "{errors:?}");
    }

    let name = ("APP_NAME", "Fancy Shop");
    assert_eq!(from(&[name]), both("Fancy Shop", "no-reply@localhost"));
    let url = ("APP_URL", "https://shop.example");
    assert_eq!(
        from(&[name, url]),
        both("Fancy Shop", "no-reply@shop.example")
    );
    let number = ("APP_URL", "http://127.0.0.1:8000");
    assert_eq!(
        from(&[name, number]),
        both("Fancy Shop", "no-reply@localhost")
    );
}

#[test]
fn production_invents_neither_a_sender_nor_an_address_for_links() {
    let key = new_secret_key();
    let production = [("APP_ENV", "production"), ("SECRET_KEY", &*key)];
    let server = ("SMTP_URL", "smtps://mail.example.com");
    assert!(read(&production).is_ok());
    let with_server = [&production[..], &[server]].concat();
    let sender = ("MAIL_FROM", "a@example.com");
    let url = ("APP_URL", "https://example.com");
    for (given, missing) in [
        (&[][..], &["APP_URL", "MAIL_FROM"][..]),
        (&[url], &["MAIL_FROM"]),
        (&[sender], &["APP_URL"]),
        // An empty value counts as missing.
        (&[sender, ("APP_URL", " ")], &["APP_URL"]),
    ] {
        let errors = errors(&[&with_server[..], given].concat());
        assert_eq!(errors.len(), missing.len(), "{errors:?}");
        for (error, name) in errors.iter().zip(missing) {
            let required = format!("{name}: is required together with SMTP_URL in production");
            assert!(error.starts_with(&required), "{errors:?}");
        }
    }
    assert!(read(&[&with_server[..], &[sender, url]].concat()).is_ok());

    // All errors are reported together, including the server's address and the key.
    let bad = [production[0], ("SMTP_URL", "smtp:"), ("PORT", "x")];
    let said = errors(&bad).join("\n");
    for name in ["APP_URL", "MAIL_FROM", "SMTP_URL", "PORT", "SECRET_KEY"] {
        assert!(said.contains(&format!("{name}: ")), "{name} in {said}");
    }
    assert!(read(&[server]).is_ok(), "elsewhere it may");
}

#[test]
fn a_token_or_key_with_something_around_it_is_refused_by_its_name() {
    for token in [
        "<ph_project_token>",
        "\"phc_abc\"",
        "'phc_abc'",
        "phc_abc def",
        "phc_…",
        "phc_abc;",
        "${POSTHOG_TOKEN}",
        "[phc_abc]",
        "POSTHOG_PROJECT_TOKEN=phc_abc",
    ] {
        for name in [
            "POSTHOG_PROJECT_TOKEN",
            "POSTHOG_API_KEY",
            "POSTHOG_SECRET_KEY",
        ] {
            let errors = errors(&[(name, token)]);
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert!(
                errors[0].starts_with(&format!("{name}: holds ")),
                "{errors:?}"
            );
            assert!(errors[0].contains("without quotes"), "{errors:?}");
            assert!(!errors[0].contains("abc"), "{errors:?}");
        }
    }
    let good = read(&[("POSTHOG_PROJECT_TOKEN", " phc_aB-9_z ")]).unwrap();
    assert_eq!(good.posthog.project_token, "phc_aB-9_z");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named_and_not_taken_for_absent() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let names = ["APP_NAME", "PORT", "POSTHOG_PROXY_PATH", "CLUB_MOTTO"];
    let read = read_settings::<Club>(&|name| match name {
        "DATABASE_URL" => Some(DATABASE_URL.into()),
        name if names.contains(&name) => Some(OsString::from_vec(b"caf\xe9".to_vec())),
        _ => None,
    });
    let Err(error) = read else {
        panic!("these are no settings");
    };
    let text = error.to_string();
    for name in names {
        let line = format!("  {name}: is not UTF-8 text");
        assert_eq!(
            text.lines().filter(|said| **said == line).count(),
            1,
            "{text}"
        );
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn a_sqlite_address_names_the_file_that_is_opened() {
    use hoglet_web::settings::database::SqliteFile;

    for (url, path, is_made) in [
        ("sqlite://data/app.sqlite?mode=rwc", "data/app.sqlite", true),
        ("sqlite:data/app.sqlite", "data/app.sqlite", false),
        (
            "sqlite:///srv/my%20data/app.sqlite?mode=rwc",
            "/srv/my data/app.sqlite",
            true,
        ),
        (
            "sqlite:///srv/my data/app.sqlite?mode=rw",
            "/srv/my data/app.sqlite",
            false,
        ),
        ("sqlite:a%3Fb%23c.sqlite?mode=rwc", "a?b#c.sqlite", true),
        ("sqlite:a#b.sqlite", "a#b.sqlite", false),
        (
            "sqlite:mode=rwc/app.sqlite?mode=ro",
            "mode=rwc/app.sqlite",
            false,
        ),
        (
            "sqlite:b%C3%BCcher.sqlite?cache=private&mode=rwc",
            "bücher.sqlite",
            true,
        ),
    ] {
        let file = SqliteFile::of(url).unwrap();
        assert_eq!(
            (file.path.to_str(), file.is_created),
            (Some(path), is_made),
            "{url}"
        );
        assert!(read(&[("DATABASE_URL", url)]).is_ok(), "{url}");
    }
    for (url, reason) in [
        ("sqlite::memory:", "in memory"),
        ("sqlite://:memory:", "in memory"),
        ("sqlite:data/app.sqlite?mode=memory", "in memory"),
        ("sqlite://?mode=memory&cache=shared", "in memory"),
        ("sqlite:", "names no file"),
        ("sqlite://?mode=rwc", "names no file"),
        (
            "sqlite:file:data/app.sqlite",
            "must hold only the path of the file",
        ),
        ("sqlite:a%00b", "must hold only the path of the file"),
        ("sqlite:a%FFb", "is not the address of a file"),
        ("sqlite://my data/app.sqlite", "write a space in it as %20"),
        (
            "sqlite:data/app.sqlite?mode=always",
            "is not the address of a file",
        ),
    ] {
        let errors = errors(&[("DATABASE_URL", url)]);
        assert_eq!(errors.len(), 1, "{url}: {errors:?}");
        let said = &errors[0];
        assert!(said.starts_with("DATABASE_URL: "), "{url}: {said}");
        assert!(said.contains(reason), "{url}: {said}");
    }
}
