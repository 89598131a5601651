//! Every refusal of the generator: its sentence, its exit code, and an unchanged disk.

#[path = "support/command.rs"]
mod command;

use std::fs;

use command::Sandbox;
use insta::assert_snapshot;

#[test]
fn names_that_cargo_rust_or_a_file_system_could_not_live_with() {
    let sandbox = Sandbox::new();
    let longest = "a".repeat(64);
    let longer = "a".repeat(65);
    let names = [
        "",
        " ",
        "1st",
        "-a",
        "_a",
        "a b",
        "a.b",
        "a/b",
        "..",
        "é",
        "naïve",
        "a\nb",
        "a\u{1b}[2J",
        "hedge🦔",
        &longer,
        "fn",
        "gen",
        "async",
        "Self",
        "abstract",
        "core",
        "std",
        "test",
        "alloc",
        "proc-macro",
        "proc_macro",
        "build",
        "deps",
        "con",
        "AUX",
        "Com1",
        "lpt9",
        "nul",
        "axum",
        "serde",
        "serde-json",
        "tokio",
        "posthog-rs",
    ];
    let mut refused = String::new();
    for name in names {
        let outcome = sandbox.refused_outcome(
            sandbox
                .command("new app --yes")
                .arg(format!("--name={name}")),
        );
        assert_eq!(outcome.code, 2, "{name}");
        refused += outcome
            .stderr
            .strip_prefix("error: a project cannot be called ")
            .expect("the usual sentence");
    }
    let refused = refused
        .replace("; choose another name with --name", "")
        .replace(&longer, "aaa…");
    assert_snapshot!(refused, @r"
    ``: it is empty
    ` `: only ASCII letters, digits, `-` and `_` are allowed
    `1st`: it must start with a letter
    `-a`: it must start with a letter
    `_a`: it must start with a letter
    `a b`: only ASCII letters, digits, `-` and `_` are allowed
    `a.b`: only ASCII letters, digits, `-` and `_` are allowed
    `a/b`: only ASCII letters, digits, `-` and `_` are allowed
    `..`: only ASCII letters, digits, `-` and `_` are allowed
    `é`: only ASCII letters, digits, `-` and `_` are allowed
    `naïve`: only ASCII letters, digits, `-` and `_` are allowed
    `a\nb`: only ASCII letters, digits, `-` and `_` are allowed
    `a\u{1b}[2J`: only ASCII letters, digits, `-` and `_` are allowed
    `hedge🦔`: only ASCII letters, digits, `-` and `_` are allowed
    `aaa…`: it is longer than 64 characters
    `fn`: it is a Rust keyword
    `gen`: it is a Rust keyword
    `async`: it is a Rust keyword
    `Self`: it is a Rust keyword
    `abstract`: it is a Rust keyword
    `core`: Rust itself has a crate of this name
    `std`: Rust itself has a crate of this name
    `test`: Rust itself has a crate of this name
    `alloc`: Rust itself has a crate of this name
    `proc-macro`: Rust itself has a crate of this name
    `proc_macro`: Rust itself has a crate of this name
    `build`: cargo has a folder of this name in `target`
    `deps`: cargo has a folder of this name in `target`
    `con`: it is a device on Windows
    `AUX`: it is a device on Windows
    `Com1`: it is a device on Windows
    `lpt9`: it is a device on Windows
    `nul`: it is a device on Windows
    `axum`: the app depends on a crate of that name
    `serde`: the app depends on a crate of that name
    `serde-json`: the app depends on a crate of that name
    `tokio`: the app depends on a crate of that name
    `posthog-rs`: the app depends on a crate of that name
    ");

    for name in [
        "a",
        "x86",
        "app",
        "hedge-row",
        "hedge_row",
        "HedgeRow",
        "com",
        "com10",
        "union",
        &longest,
    ] {
        let outcome = sandbox.outcome(sandbox.command("new app --yes --dry-run --name").arg(name));
        assert_eq!(outcome.code, 0, "{name}: {}", outcome.stderr);
    }
}

#[test]
fn a_directory_whose_last_part_cannot_be_a_name() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.refused("new a/b/1st --yes"), @r"
    error: a project cannot be called `1st`: it must start with a letter; choose another name with --name
    exit code 2
    ");
    assert_snapshot!(sandbox.refused("new ./fn/ --yes"), @r"
    error: a project cannot be called `fn`: it is a Rust keyword; choose another name with --name
    exit code 2
    ");
    assert_snapshot!(sandbox.refused("new / --yes --force"), @r"
    error: `/` gives the project no name; choose one with --name
    exit code 2
    ");
}

#[test]
fn answers_to_questions_that_do_not_exist() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.refused("new app --yes --set databse=sqlite"), @r"
    error: the template has no question `databse`; its questions are `description`, `database`, `posthog_region` and `agents`
    exit code 2
    ");
    assert_snapshot!(sandbox.refused("new app --yes --set project-name=x"), @r"
    error: the template has no question `project-name`; its questions are `description`, `database`, `posthog_region` and `agents`
    exit code 2
    ");
    assert_snapshot!(sandbox.refused("new app --yes --set =x"), @r"
    error: the template has no question ``; its questions are `description`, `database`, `posthog_region` and `agents`
    exit code 2
    ");
}

#[test]
fn answers_that_are_not_among_the_choices() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.refused("new app --yes --set database=mysql"), @r"
    error: `database` cannot be `mysql`; choose `sqlite` or `postgres`
    exit code 2
    ");
    assert_snapshot!(sandbox.refused("new app --yes --set database="), @r"
    error: `database` cannot be ``; choose `sqlite` or `postgres`
    exit code 2
    ");
    assert_snapshot!(sandbox.refused("new app --yes --set database=SQLite"), @r"
    error: `database` cannot be `SQLite`; choose `sqlite` or `postgres`
    exit code 2
    ");
}

#[test]
fn answers_that_break_a_rule() {
    let sandbox = Sandbox::new();
    let refused = |answer: &str| {
        sandbox
            .refused_outcome(sandbox.command("new app --yes --set").arg(answer))
            .to_string()
    };
    assert_snapshot!(refused("posthog_region=http://posthog.example.com"), @r"
    error: `posthog_region` cannot be `http://posthog.example.com`; it must be `us`, `eu` or an address such as `https://posthog.example.com`, without a path
    exit code 2
    ");
    for region in [
        "",
        "US",
        "https://",
        "https://a b",
        "https://a/b",
        "https://a/",
        "https://a:b",
        "https://-a",
        "https://a.",
        "https://a\nX=1",
        // The app could not read these: an invalid port, and hosts that look like an IP address.
        "https://x.example:99999",
        "https://foo.1",
        "https://300.1.1.1",
        "https://1.2.3",
        "https://xn--a",
    ] {
        assert!(
            refused(&format!("posthog_region={region}")).ends_with("exit code 2"),
            "{region}"
        );
    }
    assert_snapshot!(refused("description=a \"quoted\" word"), @r#"
    error: `description` cannot be `a "quoted" word`; it must be text without quotes, backslashes and control characters
    exit code 2
    "#);
    assert_snapshot!(refused("description=two\nlines"), @r"
    error: `description` cannot be `two\nlines`; it must be text without quotes, backslashes and control characters
    exit code 2
    ");
    assert_snapshot!(refused(r"description=back\slash"), @r"
    error: `description` cannot be `back\slash`; it must be text without quotes, backslashes and control characters
    exit code 2
    ");
}

#[test]
fn places_where_something_else_is() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "mine");
    sandbox.write("full/notes.txt", "mine");
    assert_snapshot!(sandbox.refused("new file --yes"), @r"
    error: `[here]/file` is not a directory; choose another place
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new file/app --yes"), @r"
    error: `[here]/file` is not a directory; choose another place
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new full --yes"), @r"
    error: `[here]/full` is not empty; choose another directory, or write into it with --force
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new full --yes --dry-run"), @r"
    error: `[here]/full` is not empty; choose another directory, or write into it with --force
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new . --yes --name app"), @r"
    error: `[here]` is not empty; choose another directory, or write into it with --force
    exit code 1
    ");
}

#[test]
fn folders_in_the_way_of_files_and_files_in_the_way_of_folders() {
    let sandbox = Sandbox::new();
    sandbox.write("one/Cargo.toml/notes.txt", "mine");
    sandbox.write("two/src", "mine");
    assert_snapshot!(sandbox.refused("new one --yes --force"), @r"
    error: `[here]/one/Cargo.toml` is in the way of a file or folder of the app; move it elsewhere
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new two --yes --force"), @r"
    error: `[here]/two/src` is in the way of a file or folder of the app; move it elsewhere
    exit code 1
    ");
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_directory() {
    let sandbox = Sandbox::new();
    sandbox.write("elsewhere/notes.txt", "mine");
    fs::create_dir(sandbox.path().join("app")).expect("a writable folder");
    std::os::unix::fs::symlink("../elsewhere", sandbox.path().join("app/src")).expect("a link");
    std::os::unix::fs::symlink("nowhere", sandbox.path().join("dangling")).expect("a link");
    assert_snapshot!(sandbox.refused("new app --yes --force"), @r"
    error: `[here]/app/src` is in the way of a file or folder of the app; move it elsewhere
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new dangling --yes"), @r"
    error: `[here]/dangling` is not a directory; choose another place
    exit code 1
    ");
}

/// Permissions do not restrict root, but even root cannot make folders in `/proc`.
#[cfg(target_os = "linux")]
#[test]
fn places_that_cannot_be_written_to() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.refused("new /proc/hedge/app --yes"), @r"
    error: could not create `/proc/hedge` (No such file or directory (os error 2)); make room or permission for it, or choose another place
    exit code 1
    ");
    assert_snapshot!(sandbox.refused("new /proc/app --yes"), @r"
    error: could not write to `/proc` (entity not found); make room or permission for it, or choose another place
    exit code 1
    ");
}

#[test]
fn bad_usage() {
    let sandbox = Sandbox::new();
    for arguments in [
        "",
        "new",
        "new a b",
        "new app --set database",
        "new app --unknown",
        "new app --run --dry-run",
        "completions",
        "completions basic",
        "old",
    ] {
        assert_eq!(sandbox.refused(arguments).code, 2, "{arguments}");
    }
    assert_snapshot!(sandbox.refused("new app --set database"), @r"
    error: invalid value 'database' for '--set <KEY=VALUE>': write it as KEY=VALUE, such as `database=postgres`

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn an_unknown_command_gets_a_suggestion() {
    let sandbox = Sandbox::new();
    for (typed, ours) in [
        ("init", "new"),
        ("create", "new"),
        ("nwe", "new"),
        ("news", "new"),
        ("server", "dev"),
        ("run", "dev"),
        ("edv", "dev"),
        ("posthgo", "posthog"),
        ("upgrade", "update"),
        ("sync", "update"),
        ("pull", "update"),
        ("changes", "diff"),
        ("status", "diff"),
    ] {
        let outcome = sandbox.refused(typed);
        assert_eq!(outcome.code, 2, "{typed}");
        let tip = format!("tip: a similar subcommand exists: '{ours}'");
        assert!(outcome.stderr.contains(&tip), "{typed}: {outcome}");
    }
    assert!(!sandbox.refused("xyz").stderr.contains("tip:"));
}

#[test]
fn without_a_terminal_a_new_app_needs_a_directory() {
    let sandbox = Sandbox::new();
    let refused = sandbox.refused("new").to_string();
    assert_snapshot!(refused, @r"
    error: the path of the new app is missing; add it, as in `hoglet new my-app`
    exit code 2
    ");
    assert_eq!(sandbox.refused("new --yes").to_string(), refused);
}

#[test]
fn a_folder_without_posthog_js() {
    let sandbox = Sandbox::new();
    sandbox.write(".hoglet.toml", "");
    sandbox.write("Cargo.toml", "[package]\nname = \"hedge\"\n");
    sandbox.write("src/main.rs", "");
    let refused = sandbox.refused("dev --posthog-js src").to_string();
    assert_snapshot!(refused, @r"
    error: `src` holds no array.js; give --posthog-js the `package/dist` of an unpacked `npm pack posthog-js`
    exit code 2
    ");
    let alone = sandbox.refused("posthog --port 0 --posthog-js src");
    assert_eq!(alone.to_string(), refused);
}

#[test]
fn the_real_posthog_without_a_token() {
    let sandbox = Sandbox::new();
    sandbox.write(".hoglet.toml", "");
    sandbox.write("Cargo.toml", "[package]\nname = \"hedge\"\n");
    sandbox.write("src/main.rs", "");
    let refused = |environment: &str| {
        sandbox.write(".env", environment);
        let mut command = sandbox.command("dev --real-posthog");
        for variable in ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"] {
            command.env_remove(variable);
        }
        sandbox.refused_outcome(&mut command).to_string()
    };
    let without = refused("");
    assert_snapshot!(without, @r"
    error: `[here]/.env` names no POSTHOG_PROJECT_TOKEN; copy the project token (phc_…) from your PostHog project's settings into it
    exit code 1
    ");
    assert_eq!(refused("POSTHOG_PROJECT_TOKEN=\n"), without);
    assert_eq!(refused("# POSTHOG_API_KEY=phc_a\n"), without);
    assert_eq!(sandbox.refused("dev --real-posthog --flags x").code, 2);
}

#[test]
fn a_later_mistake_leaves_no_empty_parents() {
    let sandbox = Sandbox::new();
    sandbox.refused("new far/away/app --yes --set database=mysql");
    sandbox.refused("new far/away/fn --yes");
    assert!(sandbox.everything().is_empty());
}

#[test]
fn dev_asks_for_an_app_to_work_on() {
    let sandbox = Sandbox::new();
    sandbox.write("Cargo.toml", "[package]\nname = \"other\"\n");
    assert_snapshot!(sandbox.refused("dev"), @r"
    error: `[here]` is in no app made by hoglet (there is no .hoglet.toml); change into an app's folder, or make one with `hoglet new my-app`
    exit code 1
    ");
    sandbox.write(".hoglet.toml", "");
    sandbox.write("Cargo.toml", "[workspace]\n");
    assert_snapshot!(sandbox.refused("dev"), @r"
    error: `[here]/Cargo.toml` could not be read (it names no package); correct it, then try again
    exit code 1
    ");
}
