//! `hoglet diff`: the user's changes to the files of the template.
//!
//! The first commit of a new app is the template with the user's answers, so the diff must be equal to that of git.

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use command::{Outcome, Sandbox};
use insta::assert_snapshot;

const ROUTES: &str = "hedge/src/routes.rs";

fn app() -> Sandbox {
    app_with("")
}

/// A new app in `hedge`, with these arguments of `hoglet new`.
fn app_with(arguments: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run(&format!("new hedge --yes {arguments}"));
    assert_eq!(outcome.code, 0, "{outcome}");
    sandbox
}

/// The output of a successful `hoglet diff`.
#[track_caller]
fn diff(sandbox: &Sandbox, arguments: &str) -> String {
    diff_in(sandbox, "hedge", arguments)
}

#[track_caller]
fn diff_in(sandbox: &Sandbox, folder: &str, arguments: &str) -> String {
    let outcome = sandbox.run_in(folder, &format!("diff {arguments}"));
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{outcome}");
    outcome.stdout
}

#[track_caller]
fn replace(sandbox: &Sandbox, path: &str, from: &str, to: &str) {
    let text = sandbox.read(path);
    assert!(text.contains(from), "{path} contains {from}");
    sandbox.write(path, &text.replacen(from, to, 1));
}

fn delete(sandbox: &Sandbox, path: &str) {
    fs::remove_file(sandbox.path().join(path)).expect("it was there");
}

/// The paths in a diff, in its order.
fn paths(diff: &str) -> Vec<&str> {
    let heads = diff
        .lines()
        .filter_map(|line| line.strip_prefix("diff --git a/"));
    heads.filter_map(|head| head.split(' ').next()).collect()
}

/// Goes back to the template with `git apply -R`.
#[track_caller]
fn go_back(sandbox: &Sandbox, diff: &str) {
    sandbox.write("patch", diff);
    let applied = Command::new("git")
        .args(["apply", "-R", "../patch"])
        .current_dir(sandbox.path().join("hedge"))
        .output()
        .expect("git runs");
    let complaint = String::from_utf8_lossy(&applied.stderr).into_owned();
    assert!(applied.status.success(), "{complaint}\n{diff}");
}

fn status(sandbox: &Sandbox) -> String {
    sandbox.git("hedge", "status --porcelain")
}

#[test]
fn a_new_app_has_no_changes() {
    let sandbox = app();
    assert_eq!(diff(&sandbox, ""), "");
    assert_eq!(diff(&sandbox, "--stat"), "");
    assert_eq!(diff_in(&sandbox, "hedge/src/routes", "../../vendor ."), "");
}

#[test]
fn the_answers_of_the_app_count() {
    let sandbox = app_with(
        "--name other-name --set database=postgres --set posthog_region=eu --set description=Prickly --no-agents",
    );
    assert_eq!(diff(&sandbox, ""), "");
    // The app's own name is a change like any other.
    replace(&sandbox, "hedge/Cargo.toml", "other-name", "my-name");
    let diff = diff(&sandbox, "");
    assert_eq!(paths(&diff), ["Cargo.toml"]);
    assert!(
        diff.contains("\n-name = \"other-name\"\n+name = \"my-name\"\n"),
        "{diff}"
    );
}

#[test]
fn changed_and_deleted_files_are_shown_and_git_takes_them_back() {
    let sandbox = app();
    replace(&sandbox, "hedge/src/app.rs", "\n", "\n// mine\n");
    replace(
        &sandbox,
        "hedge/templates/home.html",
        "\n",
        "\n<p>mine</p>\n",
    );
    sandbox.write("hedge/vendor/hoglet-errors/src/lib.rs", "// no line feed");
    sandbox.write("hedge/static/app.css", "");
    delete(&sandbox, "hedge/Dockerfile");
    sandbox.write("hedge/src/mine.rs", "// not of the template\n");
    sandbox.write("hedge/.env", "PORT=1\n");

    let shown = diff(&sandbox, "");
    assert_eq!(
        paths(&shown),
        [
            "Dockerfile",
            "src/app.rs",
            "static/app.css",
            "templates/home.html",
            "vendor/hoglet-errors/src/lib.rs",
        ]
    );
    assert!(shown.contains("deleted file mode 100644\n--- a/Dockerfile\n+++ /dev/null\n"));
    go_back(&sandbox, &shown);
    assert_eq!(status(&sandbox), "?? src/mine.rs\n");
    assert_eq!(diff(&sandbox, ""), "");
}

#[test]
fn generated_code_is_a_change_of_the_files_that_list_it() {
    let sandbox = app();
    let outcome = sandbox.run_in("hedge", "generate page about");
    assert_eq!(outcome.code, 0, "{outcome}");
    let shown = diff(&sandbox, "src/routes.rs");
    assert_eq!(paths(&shown), ["src/routes.rs"]);
    assert!(shown.contains("\n+pub mod about;\n"), "{shown}");
    // The journal is a file that commands write.
    let all = diff(&sandbox, "");
    assert!(!all.contains("generated.toml"), "{all}");
    go_back(&sandbox, &(all + &diff(&sandbox, ".hoglet")));
    let left = status(&sandbox);
    assert!(left.lines().all(|line| line.starts_with("?? ")), "{left}");
}

#[test]
fn it_shows_what_git_shows() {
    let sandbox = app();
    replace(&sandbox, ROUTES, "\n", "\n// mine\n");
    let diff = diff(&sandbox, "");
    let git = sandbox.git("hedge", "diff --no-color");
    // The diff of git also has the hashes of the blobs, and the function around each hunk.
    let git = git.lines().filter(|line| !line.starts_with("index "));
    let git: Vec<String> = git
        .map(|line| match line.strip_prefix("@@ ") {
            Some(place) => format!("@@ {} @@", place.split(" @@").next().expect("a first part")),
            None => line.to_owned(),
        })
        .collect();
    assert_eq!(diff.lines().collect::<Vec<_>>(), git);
}

#[test]
fn a_path_is_relative_to_the_folder_of_the_user() {
    let sandbox = app();
    for path in [
        "src/app.rs",
        "src/models/user.rs",
        "vendor/hoglet-web/src/lib.rs",
        "README.md",
    ] {
        replace(&sandbox, &format!("hedge/{path}"), "\n", "\nmine\n");
    }
    let shown = |folder: &str, arguments: &str| {
        let diff = diff_in(&sandbox, folder, arguments);
        paths(&diff)
            .iter()
            .map(|path| (*path).to_owned())
            .collect::<Vec<_>>()
    };
    let sources = ["src/app.rs", "src/models/user.rs"];
    assert_eq!(shown("hedge", "./src"), sources);
    assert_eq!(shown("hedge", "src/models src"), sources);
    assert_eq!(shown("hedge/src", "."), sources);
    assert_eq!(shown("hedge/src/models", ".."), sources);
    assert_eq!(
        shown("hedge/src", "../vendor"),
        ["vendor/hoglet-web/src/lib.rs"]
    );
    assert_eq!(shown("hedge", "vendor"), ["vendor/hoglet-web/src/lib.rs"]);
    assert_eq!(shown("hedge", ".\\src\\models"), ["src/models/user.rs"]);
    assert_eq!(shown("hedge/src", "..").len(), 4);
    let absolute = sandbox.path().join("hedge/src/models/user.rs");
    assert_eq!(
        shown("hedge/tests", &absolute.display().to_string()),
        ["src/models/user.rs"]
    );
    // A deleted file is still a file of the template.
    delete(&sandbox, "hedge/src/models/user.rs");
    assert_eq!(shown("hedge/src", "models/user.rs"), ["src/models/user.rs"]);
}

#[cfg(unix)]
#[test]
fn a_path_may_lead_to_the_app_through_a_link() {
    let sandbox = app();
    std::os::unix::fs::symlink(sandbox.path().join("hedge"), sandbox.path().join("link"))
        .expect("a writable folder");
    delete(&sandbox, "hedge/Dockerfile");
    let path = sandbox.path().join("link/Dockerfile");
    let diff = diff(&sandbox, &path.display().to_string());
    assert_eq!(paths(&diff), ["Dockerfile"]);
}

#[test]
fn a_path_without_a_file_of_the_template_is_refused() {
    let sandbox = app();
    sandbox.write("hedge/src/mine.rs", "// mine\n");
    let refused = |arguments: &str| -> Outcome { sandbox.refused_in("hedge/src", arguments) };
    assert_snapshot!(refused("diff app.rs mine.rs"), @r"
    error: `mine.rs`: the template has no such file or folder; `hoglet diff --stat` lists the files that you have changed
    exit code 2
    ");
    assert_snapshot!(refused("diff ../../elsewhere"), @r"
    error: `../../elsewhere`: it is outside of the app; name a file or folder of the app
    exit code 2
    ");
    assert_eq!(refused("diff route").code, 2);
    assert_eq!(refused("diff ../vendor/hoglet-web/tests").code, 2);
}

#[test]
fn files_of_commands_are_shown_by_name() {
    let sandbox = app();
    for file in ["Cargo.lock", ".hoglet.toml", ".hoglet/generated.toml"] {
        let text = sandbox.read(&format!("hedge/{file}"));
        sandbox.write(&format!("hedge/{file}"), &format!("{text}# mine\n"));
        assert_eq!(diff(&sandbox, ""), "", "{file}");
        assert_eq!(diff(&sandbox, ". src --stat"), "", "{file}");
        assert_eq!(paths(&diff(&sandbox, file)), [file]);
    }
}

#[test]
fn line_ends_are_no_change() {
    let sandbox = app();
    for path in [ROUTES, "hedge/src/app.rs", "hedge/README.md"] {
        let text = sandbox.read(path).replace('\n', "\r\n");
        sandbox.write(path, &text);
    }
    let untouched = sandbox.read(ROUTES);
    assert_eq!(diff(&sandbox, ""), "");

    replace(&sandbox, ROUTES, "\r\n", "\r\n// mine\r\n");
    replace(&sandbox, ROUTES, "pub mod", "mod");
    let shown = diff(&sandbox, "");
    assert_eq!(paths(&shown), ["src/routes.rs"]);
    assert_eq!(diff(&sandbox, "--stat").lines().count(), 2);
    go_back(&sandbox, &shown);
    assert_eq!(sandbox.read(ROUTES), untouched);
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let sandbox = app();
    fs::write(sandbox.path().join("hedge/static/app.css"), [0xff, 0xfe]).expect("writable");
    replace(&sandbox, "hedge/src/app.rs", "\n", "\n// mine\n");
    delete(&sandbox, "hedge/Dockerfile");
    let shown = diff(&sandbox, "");
    assert!(
        shown.ends_with("Binary files a/static/app.css and b/static/app.css differ\n"),
        "{shown}"
    );
    // Git ignores that line and applies the rest.
    go_back(&sandbox, &shown);
    assert_eq!(status(&sandbox), " M static/app.css\n");
}

#[test]
fn the_statistics_are_those_of_git() {
    let sandbox = app();
    let compare = |sandbox: &Sandbox| {
        let git = sandbox.git("hedge", "diff --stat --no-color");
        assert_eq!(diff(sandbox, "--stat"), git);
        git
    };
    replace(&sandbox, ROUTES, "\n", "\n// mine\n");
    assert_snapshot!(compare(&sandbox), @r"
     src/routes.rs | 1 +
     1 file changed, 1 insertion(+)
    ");
    delete(&sandbox, "hedge/Dockerfile");
    replace(&sandbox, "hedge/src/app.rs", "use", "// use");
    compare(&sandbox);
    let long = "hedge/vendor/hoglet-web/src/lib.rs";
    sandbox.write(long, &(sandbox.read(long) + &"// mine\n".repeat(500)));
    compare(&sandbox);
    sandbox.write("hedge/static/app.css", "");
    fs::write(sandbox.path().join("hedge/README.md"), [0, 0xff, 0xfe]).expect("writable");
    compare(&sandbox);
}

#[test]
fn tests_of_vendor_count_if_they_are_there() {
    let sandbox = app();
    let outcome = sandbox.run_in("hedge", "vendor --with-tests");
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(diff(&sandbox, "vendor"), "");
    let test = "vendor/hoglet-web/tests/web/main.rs";
    replace(&sandbox, &format!("hedge/{test}"), "\n", "\n// mine\n");
    assert_eq!(paths(&diff(&sandbox, "vendor/hoglet-web/tests")), [test]);
    assert_eq!(paths(&diff(&sandbox, "")), [test]);
    // As in an update, all tests of a crate are compared if one of them exists.
    delete(&sandbox, &format!("hedge/{test}"));
    assert!(diff(&sandbox, "vendor").contains("\ndeleted file mode 100644\n"));
    fs::remove_dir_all(sandbox.path().join("hedge/vendor/hoglet-web/tests")).expect("it was there");
    assert_eq!(diff(&sandbox, "vendor"), "");
}

#[test]
fn a_template_between_two_releases_is_compared_with_the_nearest() {
    let sandbox = app();
    let origin = sandbox.read("hedge/.hoglet.toml");
    let lines = origin.lines().filter(|line| !line.starts_with("template_"));
    let origin: Vec<&str> = lines.collect();
    let (version, hash) = (env!("CARGO_PKG_VERSION"), "1".repeat(64));
    let between = format!("template_version = \"{version}\"\ntemplate_hash = \"{hash}\"\n");
    sandbox.write("hedge/.hoglet.toml", &(between + &origin.join("\n")));
    let outcome = sandbox.run_in("hedge", "diff");
    assert_eq!((outcome.code, &*outcome.stdout), (0, ""), "{outcome}");
    let said = outcome.stderr.replace(version, "[version]");
    assert_snapshot!(said, @"note: this app was made from a template between two releases; the nearest is [version], so the diff may show changes that are not yours");
}

#[test]
fn colors_are_for_terminals() {
    let sandbox = app();
    replace(&sandbox, ROUTES, "\n", "\n// mine \u{1b}[1m\n");
    // A diff that is redirected to a file has the exact bytes of the changed file.
    let shown = diff(&sandbox, "");
    assert!(shown.contains("\n+// mine \u{1b}[1m\n"), "{shown:?}");
    let mut colored = sandbox.command("diff");
    colored
        .current_dir(sandbox.path().join("hedge"))
        .env_remove("NO_COLOR")
        .env("CLICOLOR_FORCE", "1");
    let colored = sandbox.outcome(&mut colored).stdout;
    assert!(colored.contains("\n\u{1b}[32m+// mine"), "{colored:?}");
    assert!(colored.starts_with("\u{1b}[1mdiff --git"), "{colored:?}");
    let outcome = sandbox.run_in("hedge", "diff --stat");
    assert!(!outcome.stdout.contains('\u{1b}'), "{outcome}");
}

#[test]
fn a_reader_may_stop_early() {
    let sandbox = app();
    fs::write(
        sandbox.path().join("hedge/README.md"),
        "a line of mine\n".repeat(100_000),
    )
    .expect("writable");
    let mut command = sandbox.command("diff");
    command
        .current_dir(sandbox.path().join("hedge"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = command.spawn().expect("hoglet runs");
    let mut reader = running.stdout.take().expect("a pipe");
    reader
        .read_exact(&mut [0; 10])
        .expect("more than ten bytes");
    drop(reader);
    let output = running.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_manifest_with_a_conflict_is_a_changed_file() {
    let sandbox = app();
    replace(&sandbox, "hedge/Cargo.toml", "\n", "\n<<<<<<< yours\n");
    let shown = diff(&sandbox, "");
    assert_eq!(paths(&shown), ["Cargo.toml"]);
    assert!(shown.contains("\n+<<<<<<< yours\n"), "{shown}");
}

#[test]
fn outside_an_app_it_is_refused() {
    let outcome = Sandbox::new().refused("diff");
    assert!(
        outcome.stderr.contains("in no app made by hoglet"),
        "{outcome}"
    );
    assert_eq!(outcome.code, 1);
}

#[test]
fn an_app_of_a_newer_hoglet_is_refused() {
    let sandbox = app();
    let origin = sandbox.read("hedge/.hoglet.toml");
    let lines = origin.lines().filter(|line| !line.starts_with("template_"));
    let origin: Vec<&str> = lines.collect();
    let newer = "template_version = \"99.0.0\"\n".to_owned() + &origin.join("\n");
    sandbox.write("hedge/.hoglet.toml", &newer);
    let outcome = sandbox.refused_in("hedge", "diff");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("99.0.0"), "{outcome}");
}
