//! A command writes all of its files or none: links, permissions, two commands at once, Ctrl+C and failures.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use hoglet::interrupt::Interrupt;
use hoglet::write::changes::{self, Change};
use insta::assert_snapshot;

use crate::shell::{EVENTS, JOURNAL, app, assert_clean, command, done};

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> Change {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    Change {
        path: path.to_owned(),
        moved_from: None,
        before: bytes(before),
        after: bytes(after),
    }
}

#[test]
fn a_change_that_fails_takes_the_others_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
    fs::create_dir(folder.path().join("gone")).expect("a folder");
    write("gone/file", "old");
    write("replaced", "old");
    write("edited", "by the user");
    let apply = |edited: &str| {
        let changes = [
            change("a/b/created", None, Some("new")),
            change("replaced", Some("old"), Some("new")),
            change("gone/file", Some("old"), None),
            change("edited", Some(edited), Some("new")),
        ];
        changes::apply(folder.path(), &changes, &Interrupt::default())
    };

    let error = apply("as it was").expect_err("it was edited").to_string();
    assert!(
        error.contains("was changed while this command ran"),
        "{error}"
    );
    assert_eq!(read("a/b/created"), None);
    assert!(!folder.path().join("a").exists());
    assert_eq!(read("replaced").as_deref(), Some("old"));
    assert_eq!(read("gone/file").as_deref(), Some("old"));
    assert_eq!(read("edited").as_deref(), Some("by the user"));

    // Without the edit it succeeds. It is undone when it is dropped without `keep`.
    let written = apply("by the user").expect("written");
    assert_eq!(read("a/b/created").as_deref(), Some("new"));
    assert_eq!(read("edited").as_deref(), Some("new"));
    assert!(!folder.path().join("gone").exists(), "the folder is empty");
    drop(written);
    assert_eq!(read("gone/file").as_deref(), Some("old"));
    assert_eq!(read("replaced").as_deref(), Some("old"));

    apply("by the user").expect("written").keep();
    let entries = fs::read_dir(folder.path()).expect("readable");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    assert_eq!(names, ["a", "edited", "replaced"]);
}

#[test]
fn commands_at_the_same_time_lose_no_line() {
    let sandbox = app();
    let names = ["one", "two", "three", "four", "five", "six"];
    let commands = names.map(|name| {
        let mut command = command(&sandbox, &format!("g event order_{name}"));
        command.stdout(Stdio::null()).spawn().expect("it starts")
    });
    for mut command in commands {
        assert!(command.wait().expect("a status").success());
    }
    let (events, journal) = (sandbox.read(EVENTS), sandbox.read(JOURNAL));
    for name in names {
        assert!(
            events.contains(&format!("\"order_{name}\"")),
            "{name}: {events}"
        );
        assert!(
            journal.contains(&format!("\"order_{name}\"")),
            "{name}: {journal}"
        );
    }
    for name in names {
        done(&sandbox, &format!("destroy event order_{name}"));
    }
    assert_clean(&sandbox, "six at once");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_app_as_it_was() {
    let sandbox = app();
    let before = sandbox.everything();
    // Another command works on the app, so this one waits.
    let lock = File::open(sandbox.path().join("hedge/.hoglet.toml")).expect("it is there");
    lock.lock().expect("nobody else has the lock");
    let mut generate = command(&sandbox, "g event order_placed");
    let mut generate = generate.stderr(Stdio::piped()).spawn().expect("it starts");
    sleep(Duration::from_millis(300));
    assert!(generate.try_wait().expect("a status").is_none(), "it waits");
    let kill = Command::new("kill")
        .args(["-s", "INT", &generate.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let output = generate.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: interrupted; nothing was written");
    assert_eq!(sandbox.everything(), before);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_not_replaced_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = app();
    let file = sandbox.path().join(EVENTS);
    let set =
        |mode: u32| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("set");
    set(0o444);
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "g event order_placed"));
    assert_snapshot!(outcome, @r"
    error: `[here]/hedge/src/posthog/events.rs` is read-only; make it writable, then try again
    exit code 1
    ");
    set(0o640);
    done(&sandbox, "g event order_placed");
    let mode = file.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn a_moved_file_keeps_its_permissions_and_not_those_of_the_file_that_it_replaces() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    for (name, mode) in [("script", 0o750), ("other", 0o640)] {
        fs::write(path(name), name).expect("written");
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).expect("set");
    }
    let moved = |from: &str, to: &str, before: Option<&str>| Change {
        moved_from: Some(from.to_owned()),
        ..change(to, before, Some(from))
    };
    let changes = [
        moved("other", "bin/other", None),
        moved("script", "other", Some("other")),
        change("script", Some("script"), None),
    ];
    let apply = || changes::apply(folder.path(), &changes, &Interrupt::default());
    let mode = |name: &str| {
        let metadata = path(name).metadata().expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    drop(apply().expect("written"));
    assert_eq!((mode("script"), mode("other")), (0o750, 0o640));
    assert!(!path("bin").exists());
    apply().expect("written").keep();
    assert_eq!((mode("other"), mode("bin/other")), (0o750, 0o640));
    assert_eq!(fs::read(path("other")).expect("readable"), b"script");
    assert!(!path("script").exists());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_none_leads_out_of_the_app() {
    use std::os::unix::fs::symlink;
    let sandbox = app();
    let file = sandbox.path().join(EVENTS);
    fs::rename(&file, sandbox.path().join("hedge/src/plan.rs")).expect("moved");
    symlink("../plan.rs", &file).expect("a link");
    done(&sandbox, "g event order_placed");
    assert!(file.is_symlink());
    assert!(sandbox.read("hedge/src/plan.rs").contains("order_placed"));
    done(&sandbox, "destroy event order_placed");
    assert!(!sandbox.read("hedge/src/plan.rs").contains("order_placed"));

    fs::rename(
        sandbox.path().join("hedge/src/plan.rs"),
        sandbox.path().join("plan.rs"),
    )
    .expect("moved");
    fs::remove_file(&file).expect("removed");
    symlink("../../../plan.rs", &file).expect("a link");
    let outcome = sandbox.refused_outcome(&mut command(&sandbox, "g event order_placed"));
    assert_snapshot!(outcome, @r"
    error: `[here]/hedge/src/posthog/events.rs` leads through a link to `[here]/plan.rs`, which is outside of the app; change that link, then try again
    exit code 1
    ");
}
