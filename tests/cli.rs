//! Successful runs of the generator, from a shell.

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use command::{Outcome, Sandbox};
use insta::assert_snapshot;

#[test]
fn a_new_app_ends_with_the_next_commands() {
    let sandbox = Sandbox::new();
    let said = |outcome: Outcome| {
        let files = files_below(&sandbox.path().join("hedge")).len();
        let said = outcome
            .to_string()
            .replace(&format!("{files} files"), "[n] files")
            .replace("xdg-open", "open");
        fs::remove_dir_all(sandbox.path().join("hedge")).expect("it was there");
        said.trim().to_owned()
    };
    assert_snapshot!(said(sandbox.run("new hedge --yes")), @r"
    hedge is ready: [n] files in a first commit

        cd hedge
        cargo run                      # The first build takes a few minutes
        open http://127.0.0.1:8000

    exit code 0
    ");
    // This program is on the PATH, and the database is a server.
    let program = Path::new(env!("CARGO_BIN_EXE_hoglet"));
    let path = format!(
        "{}:{}",
        program.parent().expect("a folder").display(),
        std::env::var("PATH").expect("a path")
    );
    let arguments = "new hedge --yes --no-git --set database=postgres";
    let installed = sandbox.outcome(sandbox.command(arguments).env("PATH", path));
    assert_snapshot!(said(installed), @r"
    hedge is ready: [n] files

        cd hedge
        docker compose up -d database  # PostgreSQL
        hoglet dev                     # The first build takes a few minutes
        open http://127.0.0.1:8000

    exit code 0
    ");
}

#[test]
fn without_a_terminal_it_takes_the_defaults() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("new hedge --no-git").code, 0);
    assert!(
        sandbox
            .read("hedge/.hoglet.toml")
            .contains("database = \"sqlite\"")
    );
}

#[test]
fn without_agents_is_an_answer() {
    let sandbox = Sandbox::new();
    for (flag, agents) in [("", "yes"), (" --no-agents", "no")] {
        let outcome = sandbox.run(&format!("new hedge --yes --dry-run --json{flag}"));
        let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        assert_eq!(report["answers"]["agents"], agents);
        let files = report["files"].as_array().expect("a list");
        for name in ["AGENTS.md", "CLAUDE.md"] {
            let is_there = files.iter().any(|file| file == name);
            assert!(agents == "yes" || !is_there, "{name} with {agents}");
        }
    }
}

#[test]
fn json_describes_the_new_app() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run("new deep/down/hedge --yes --json --set database=postgres --set database=sqlite --set posthog_region=eu");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let mut document: serde_json::Value =
        serde_json::from_str(&outcome.stdout).expect("one JSON document");
    let listed: BTreeSet<String> =
        serde_json::from_value(document["files"].take()).expect("a list of names");
    assert_eq!(listed, files_below(&sandbox.path().join("deep/down/hedge")));
    assert!(listed.contains(".env") && listed.contains("src/main.rs"));
    assert_eq!(
        document["template_version"].take(),
        env!("CARGO_PKG_VERSION")
    );
    assert_snapshot!(document, @r#"{"answers":{"agents":"yes","database":"sqlite","description":"A web app that knows its users","posthog_region":"eu"},"directory":"[here]/deep/down/hedge","dry_run":false,"files":null,"project":"hedge","template_version":null}"#);
}

#[test]
fn a_dry_run_lists_the_same_files_and_writes_none() {
    let sandbox = Sandbox::new();
    let dry: serde_json::Value =
        serde_json::from_str(&sandbox.run("new a/hedge --yes --json --dry-run").stdout)
            .expect("JSON");
    assert_eq!(dry["dry_run"], true);
    let lines = sandbox.run("new a/hedge --yes --dry-run");
    assert!(sandbox.everything().is_empty());

    let wet: serde_json::Value =
        serde_json::from_str(&sandbox.run("new a/hedge --yes --json").stdout).expect("JSON");
    assert_eq!(dry["files"], wet["files"]);
    let listed: Vec<String> =
        serde_json::from_value(wet["files"].clone()).expect("a list of names");
    assert_eq!(lines.stdout.lines().collect::<Vec<_>>(), listed);
}

#[test]
fn two_runs_differ_in_their_secret_only() {
    let sandbox = Sandbox::new();
    for folder in ["one", "two"] {
        assert_eq!(
            sandbox
                .run(&format!("new {folder} --name hedge --yes --no-git"))
                .code,
            0
        );
    }
    for file in files_below(&sandbox.path().join("one")) {
        let same = sandbox.read(&format!("one/{file}")) == sandbox.read(&format!("two/{file}"));
        assert_eq!(same, file != ".env", "{file}");
    }
}

#[test]
fn the_secret_key_is_long_and_private() {
    let sandbox = Sandbox::new();
    sandbox.run("new hedge --yes");
    let environment = sandbox.read("hedge/.env");
    let key = environment
        .lines()
        .find_map(|line| line.strip_prefix("SECRET_KEY="))
        .expect("a key");
    assert_eq!(key.len(), 128);
    assert!(key.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(key.bytes().collect::<BTreeSet<u8>>().len() > 8);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| {
            fs::metadata(sandbox.path().join(name))
                .expect("it is there")
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode("hedge/.env"), 0o600);
        // The permissions follow the shell's own umask.
        fs::create_dir(sandbox.path().join("other")).expect("a writable folder");
        assert_eq!(mode("hedge"), mode("other"));
    }
}

#[test]
fn the_first_commit_holds_everything_but_the_secrets() {
    let sandbox = Sandbox::new();
    sandbox.run("new hedge --yes");
    assert_eq!(
        sandbox.git("hedge", "log --format=%an:%s"),
        format!("Hedgehog:Start from hoglet {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(sandbox.git("hedge", "status --porcelain"), "");
    let mut tracked: BTreeSet<String> = sandbox
        .git("hedge", "ls-files")
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(tracked.insert(".env".to_owned()));
    assert_eq!(tracked, files_below(&sandbox.path().join("hedge")));
    // One pack is written faster than hundreds of objects.
    let objects = sandbox.git("hedge", "count-objects -v");
    assert!(objects.contains("\npacks: 1\n"), "{objects}");
}

#[test]
fn there_is_no_repository_inside_another_or_when_unwanted() {
    let sandbox = Sandbox::new();
    sandbox.run("new plain --yes --no-git");
    assert!(!sandbox.path().join("plain/.git").exists());
    sandbox.git("", "init --quiet");
    sandbox.run("new a/hedge --yes");
    assert!(!sandbox.path().join("a/hedge/.git").exists());
}

#[test]
fn a_git_that_knows_no_author_or_is_missing_is_no_failure() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.outcome(
        sandbox
            .command("new anonymous --yes --json")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([
                ("GIT_CONFIG_COUNT", "1"),
                ("GIT_CONFIG_KEY_0", "user.useConfigOnly"),
                ("GIT_CONFIG_VALUE_0", "true"),
            ]),
    );
    assert_eq!(outcome.code, 0);
    let mut said = outcome.stderr.lines();
    assert_snapshot!(said.next().unwrap_or_default(), @"note: git made no first commit; correct what it says, then `git add --all` and `git commit` in the app's folder:");
    let last = said.next_back();
    assert_eq!(
        last,
        Some("  fatal: no email was given and auto-detection is disabled")
    );
    assert!(sandbox.path().join("anonymous/.git").exists());

    let outcome = sandbox.outcome(
        sandbox
            .command("new gitless --yes --json")
            .env("PATH", sandbox.path()),
    );
    assert_eq!(outcome.code, 0);
    assert_snapshot!(outcome.stderr, @"note: no repository was made: git is not installed");
    assert!(sandbox.path().join("gitless/Cargo.toml").exists());
}

#[test]
fn here_may_be_empty_or_hold_git_alone() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path().join("empty")).expect("a writable folder");
    assert_eq!(
        sandbox
            .outcome(
                sandbox
                    .command("new . --yes")
                    .current_dir(sandbox.path().join("empty"))
            )
            .code,
        0
    );
    assert!(
        sandbox
            .read("empty/Cargo.toml")
            .contains("name = \"empty\"")
    );
    assert_eq!(sandbox.git("empty", "status --porcelain"), "");

    fs::create_dir(sandbox.path().join("cloned")).expect("a writable folder");
    sandbox.git("cloned", "init --quiet");
    assert_eq!(
        sandbox
            .outcome(
                sandbox
                    .command("new . --yes")
                    .current_dir(sandbox.path().join("cloned"))
            )
            .code,
        0
    );
    assert_eq!(
        sandbox.git("cloned", "log --oneline"),
        "",
        "the repository is its owner's to commit to"
    );
    assert_eq!(
        files_below(&sandbox.path().join("cloned")),
        files_below(&sandbox.path().join("empty"))
    );
}

#[test]
fn force_overwrites_files_of_the_app_and_keeps_others() {
    let sandbox = Sandbox::new();
    sandbox.run("new hedge --yes --no-git");
    let environment = sandbox.read("hedge/.env");
    sandbox.write("hedge/src/main.rs", "changed");
    sandbox.write("hedge/notes.txt", "mine");
    fs::remove_dir_all(sandbox.path().join("hedge/templates")).expect("it was there");

    let outcome = sandbox.run("new hedge --yes --no-git --force --json --set posthog_region=eu");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        !outcome.stdout.contains("\".env\""),
        "what is kept is not written"
    );
    assert_eq!(sandbox.read("hedge/.env"), environment);
    assert_eq!(sandbox.read("hedge/notes.txt"), "mine");
    assert_ne!(sandbox.read("hedge/src/main.rs"), "changed");
    assert!(sandbox.path().join("hedge/templates/base.html").exists());
    assert!(
        sandbox
            .read("hedge/defaults.env")
            .contains("https://eu.i.posthog.com")
    );
    let mut left = sandbox.everything();
    left.retain(|entry| entry.contains("/.hoglet-"));
    assert!(left.is_empty(), "nothing is left aside: {left:?}");
}

#[test]
fn the_name_may_differ_from_the_directory() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox
            .run("new ./1st/../2nd/ --name HedgeRow --yes --no-git")
            .code,
        0
    );
    assert!(
        sandbox
            .read("2nd/Cargo.toml")
            .contains("name = \"HedgeRow\"")
    );
    assert!(!sandbox.path().join("1st").exists());
}

/// A hook that fails, and prints its own path.
#[cfg(unix)]
const HOOK: &str = "#!/bin/sh\necho \"a hook of the author's: $0\" >&2\nexit 1\n";

#[cfg(unix)]
#[test]
fn the_authors_git_settings_do_not_affect_the_first_commit() {
    let sandbox = Sandbox::new();
    let (hooks, template) = (tempfile::tempdir(), tempfile::tempdir());
    let hooks = hooks.expect("a temporary folder");
    let template = template.expect("a temporary folder");
    for name in [
        "pre-commit",
        "prepare-commit-msg",
        "commit-msg",
        "post-commit",
        "reference-transaction",
        "post-index-change",
        "fsmonitor",
    ] {
        program(&hooks.path().join(name), HOOK);
        program(&template.path().join("hooks").join(name), HOOK);
    }
    let [hooks, template] = [&hooks, &template].map(|folder| folder.path().display().to_string());
    let fsmonitor = format!("{hooks}/fsmonitor");
    for settings in [
        &[("core.hooksPath", &*hooks)][..],
        &[("init.templateDir", &*template)],
        &[("core.fsmonitor", &*fsmonitor)],
        &[("core.safecrlf", "true"), ("core.autocrlf", "true")],
        &[("core.safecrlf", "true"), ("core.autocrlf", "input")],
        &[
            ("core.eol", "crlf"),
            ("core.safecrlf", "true"),
            ("core.autocrlf", "true"),
        ],
        &[("commit.gpgSign", "true"), ("gpg.program", "false")],
        &[
            ("core.excludesFile", &*fsmonitor),
            ("commit.verbose", "true"),
        ],
    ] {
        let folder = tempfile::tempdir_in(sandbox.path()).expect("a writable folder");
        let name = format!("{}/hedge", folder.path().display());
        let mut new = sandbox.command("new --yes --json");
        new.arg(&name)
            .env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (number, (key, value)) in settings.iter().enumerate() {
            new.env(format!("GIT_CONFIG_KEY_{number}"), key);
            new.env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        let outcome = sandbox.outcome(&mut new);
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{settings:?}");
        let log = sandbox.git(&name, "log --format=%s");
        assert!(log.starts_with("Start from hoglet "), "{settings:?}: {log}");
        assert_eq!(sandbox.git(&name, "status --porcelain"), "", "{settings:?}");
    }
}

#[cfg(unix)]
#[test]
fn if_git_fails_the_app_stays_and_gits_message_is_shown() {
    let sandbox = Sandbox::new();
    let real = std::env::var("PATH").expect("a path");
    for (step, head) in [
        ("init", "note: no repository was made: `git init` failed:"),
        (
            "add",
            "note: git made no first commit; correct what it says, ",
        ),
        (
            "commit",
            "note: git made no first commit; correct what it says, ",
        ),
    ] {
        let tools = tempfile::tempdir().expect("a temporary folder");
        let script = format!(
            "#!/bin/sh\ncase \" $* \" in *' {step} '*) echo 'fatal: no room for {step}' >&2; exit 128;; esac\n\
             PATH='{real}' exec git \"$@\"\n"
        );
        program(&tools.path().join("git"), &script);
        let path = format!("{}:{real}", tools.path().display());
        let mut new = sandbox.command("new --yes --json");
        let outcome = sandbox.outcome(new.arg(step).env("PATH", path));
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stderr.starts_with(head), "{outcome}");
        let reason = format!(":\n  fatal: no room for {step}\n");
        assert!(outcome.stderr.ends_with(&reason), "{outcome}");
        assert!(sandbox.path().join(step).join("Cargo.toml").exists());
        let repository = sandbox.path().join(step).join(".git").exists();
        assert_eq!(repository, step != "init");
    }
}

#[cfg(unix)]
#[test]
fn the_name_is_the_last_part_of_the_typed_path_even_if_it_is_a_link() {
    let sandbox = Sandbox::new();
    for (link, target) in [("my-shop", "places/123"), ("shop", "places/core")] {
        fs::create_dir_all(sandbox.path().join(target)).expect("a writable folder");
        std::os::unix::fs::symlink(sandbox.path().join(target), sandbox.path().join(link))
            .expect("a link");
    }
    let name = |outcome: &Outcome| -> serde_json::Value {
        let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        report["project"].clone()
    };
    for typed in [
        "my-shop",
        "./my-shop/",
        "places/../my-shop/.",
        "my-shop/../my-shop",
    ] {
        let outcome = sandbox.run(&format!("new {typed} --yes --json --dry-run"));
        assert_eq!(outcome.code, 0, "{typed}: {outcome}");
        assert_eq!(name(&outcome), "my-shop", "{typed}");
    }
    // `.` has the name that the shell shows for the folder.
    let here = sandbox.path().join("shop");
    let mut new = sandbox.command("new . --yes --json");
    new.current_dir(&here).env("PWD", &here);
    assert_eq!(name(&sandbox.outcome(&mut new)), "shop");
    assert!(
        sandbox
            .read("places/core/Cargo.toml")
            .contains("name = \"shop\"")
    );
}

#[test]
fn a_workspace_that_includes_the_app_gets_a_note_with_the_line_to_add() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "other/Cargo.toml",
        "[package]\nname = \"other\"\nversion = \"0.1.0\"\n[lib]\npath = \"lib.rs\"\n",
    );
    sandbox.write("other/lib.rs", "");
    let metadata = || {
        let cargo = std::process::Command::new(env!("CARGO"))
            .args(["metadata", "--offline", "--no-deps", "--format-version=1"])
            .current_dir(sandbox.path().join("other"))
            .output();
        cargo.expect("cargo runs").status.success()
    };
    for (number, (workspace, line)) in [
        (
            "members = [\"apps0/*\", \"other\"]",
            Some(r#"exclude = ["apps0/web"]"#),
        ),
        (
            "members = [\"./apps1/w?b/\", \"other\"]",
            Some(r#"exclude = ["apps1/web"]"#),
        ),
        (
            "members = [\"apps2/**\", \"other\"]\nexclude = [\"target\"]",
            Some(r#"exclude = ["target", "apps2/web"]"#),
        ),
        (
            "members = [\"apps3/*/*\", \"other\"]",
            Some(r#"exclude = ["apps3/web"]"#),
        ),
        (
            "members = [\"apps4/*\", \"other\"]\nexclude = [\"apps4/web\"]",
            None,
        ),
        (
            "members = [\"a*5\", \"other\"]",
            Some(r#"exclude = ["apps5"]"#),
        ),
        (
            "members = [\"apps6/*/templates\", \"other\"]",
            Some(r#"exclude = ["apps6/web"]"#),
        ),
        ("members = [\"oth*\"]", None),
        ("members = [\"other\"]", None),
    ]
    .into_iter()
    .enumerate()
    {
        let manifest = format!("\u{feff}[workspace]\nresolver = \"3\"\n{workspace}\n");
        sandbox.write("Cargo.toml", &manifest);
        let mut outcomes = Vec::new();
        for arguments in ["--dry-run", "--no-git"] {
            outcomes.push(sandbox.run(&format!("new apps{number}/web --yes --json {arguments}")));
        }
        for outcome in outcomes {
            assert_eq!(outcome.code, 0, "{workspace}: {outcome}");
            serde_json::from_str::<serde_json::Value>(&outcome.stdout).expect("JSON");
            let Some(line) = line else {
                assert_eq!(outcome.stderr, "", "{workspace}");
                continue;
            };
            let note = outcome.stderr.trim_end();
            assert!(
                note.starts_with("note: the workspace of `[here]/Cargo.toml` includes"),
                "{note}"
            );
            assert!(
                note.ends_with(&format!("write `{line}` into its [workspace]")),
                "{note}"
            );
        }
        // Cargo itself checks the line.
        assert_eq!(metadata(), line.is_none(), "{workspace}");
        if let Some(line) = line {
            let without = workspace.lines().next().unwrap_or_default();
            sandbox.write(
                "Cargo.toml",
                &format!("[workspace]\nresolver = \"3\"\n{without}\n{line}\n"),
            );
            assert!(metadata(), "{line}");
        }
    }

    sandbox.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"other\", \"named/web\"]\n",
    );
    let outcome = sandbox.run("new named/web --yes --json --no-git");
    assert!(
        outcome.stderr.contains("has `named/web` among its members"),
        "{outcome}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_and_nothing_is_left_of_it() {
    for arguments in [
        "new a/hedge --yes --json",
        "new hedge --yes",
        "new . --name hedge --yes --force",
        "new hedge --yes --dry-run",
        "completions bash",
        "--help",
        "new --help",
        "--version",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("README.md", "mine");
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = sandbox.command(arguments);
        command.stdout(full.expect("Linux has it"));
        let outcome = sandbox.refused_outcome(&mut command);
        assert_eq!(outcome.code, 1, "{arguments}: {outcome}");
        let said = "error: standard output could not be written (";
        assert!(outcome.stderr.starts_with(said), "{arguments}: {outcome}");
    }
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let sandbox = Sandbox::new();
    for arguments in [
        "new hedge --yes --json",
        "new plain --yes",
        "new dry --yes --dry-run",
        "completions bash",
        "--help",
        "--version",
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let outcome = sandbox.outcome(sandbox.command(arguments).stdout(writer));
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{arguments}");
    }
    assert!(sandbox.path().join("hedge/Cargo.toml").exists());
}

#[cfg(unix)]
fn program(file: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;

    fs::create_dir_all(file.parent().expect("a folder")).expect("a writable folder");
    fs::write(file, script).expect("a writable folder");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt;

    for arguments in ["new a/b/hedge --yes", "new . --yes --name hedge --force"] {
        let sandbox = Sandbox::new();
        let tools = tempfile::tempdir().expect("a temporary folder");
        let git = tools.path().join("git");
        fs::write(&git, "#!/bin/sh\necho > \"${0%/*}/started\"\nsleep 1\n")
            .expect("a writable folder");
        fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).expect("it is ours");

        let path = format!(
            "{}:{}",
            tools.path().display(),
            std::env::var("PATH").expect("a path")
        );
        let mut running = sandbox
            .command(arguments)
            .env("PATH", path)
            .stderr(Stdio::piped())
            .spawn()
            .expect("hoglet runs");
        wait_for(&tools.path().join("started"));
        assert!(!sandbox.everything().is_empty(), "it writes aside first");
        let kill = std::process::Command::new("kill")
            .args(["-INT", &running.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(kill.success());
        assert_eq!(running.wait().expect("it ends").code(), Some(130));
        assert!(
            sandbox.everything().is_empty(),
            "{arguments}: {:?}",
            sandbox.everything()
        );
    }
}

#[cfg(unix)]
#[test]
fn run_builds_the_new_app_and_fails_where_it_cannot() {
    use std::os::unix::fs::PermissionsExt;

    let sandbox = Sandbox::new();
    let tools = tempfile::tempdir().expect("a temporary folder");
    let cargo = tools.path().join("cargo");
    fs::write(
        &cargo,
        "#!/bin/sh\necho \"cargo $1 in ${PWD##*/}\" >&2\nexit 7\n",
    )
    .expect("a writable folder");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let outcome = sandbox.outcome(
        sandbox
            .command("new hedge --yes --no-git --run")
            .env("PATH", tools.path()),
    );
    assert_snapshot!(outcome, @r"
    hedge is in [here]/hedge; building it now. The first build takes a few minutes.
    cargo build in hedge
    error: the app could not be built; cargo says why above. Correct it, then type `hoglet dev` in `[here]/hedge`
    exit code 1
    ");

    fs::remove_file(cargo).expect("it was there");
    let outcome = sandbox.outcome(
        sandbox
            .command("new other --yes --no-git --run")
            .env("PATH", tools.path()),
    );
    assert_snapshot!(outcome, @r"
    other is in [here]/other; building it now. The first build takes a few minutes.
    error: `cargo build` could not be started in `[here]/other` (No such file or directory (os error 2)); install Rust, then type `hoglet dev` there
    exit code 1
    ");
}

#[test]
fn the_database_of_compose_is_the_one_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.run("new hedge --yes --no-git --set database=postgres");
    assert!(
        sandbox
            .read("hedge/compose.yaml")
            .contains("\n  database:\n")
    );
}

#[test]
fn of_runs_at_once_into_one_directory_one_succeeds() {
    let sandbox = Sandbox::new();
    let running: Vec<_> = (0..4)
        .map(|_| {
            sandbox
                .command("new hedge --yes --no-git --json")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("hoglet runs")
        })
        .collect();
    let codes: Vec<_> = running
        .into_iter()
        .map(|mut run| run.wait().expect("it ends").code())
        .collect();
    assert_eq!(
        codes.iter().filter(|code| **code == Some(0)).count(),
        1,
        "{codes:?}"
    );
    assert_eq!(
        fs::read_dir(sandbox.path()).expect("readable").count(),
        1,
        "nothing is left aside"
    );
    assert!(sandbox.read("hedge/.env").contains("SECRET_KEY"));
}

#[test]
fn completions_know_the_flags() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = sandbox.run(&format!("completions {shell}"));
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains("dry-run"), "{shell}");
    }
}

#[test]
fn the_version_is_printed() {
    assert_eq!(
        Sandbox::new().run("--version").stdout,
        format!("hoglet {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// The files below a folder except git's own files, relative to the folder.
fn files_below(folder: &Path) -> BTreeSet<String> {
    fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                if path != root.join(".git") {
                    collect(root, &path, files);
                }
            } else {
                files.insert(
                    path.strip_prefix(root)
                        .expect("below it")
                        .to_str()
                        .expect("UTF-8")
                        .replace('\\', "/"),
                );
            }
        }
    }
    let mut files = BTreeSet::new();
    collect(folder, folder, &mut files);
    files
}

#[cfg(unix)]
fn wait_for(file: &Path) {
    let start = Instant::now();
    while !file.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} never came",
            file.display()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}
