//! axe, which finds accessibility problems on a page.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const AXE: &str = "4.14.1";

/// The accessibility checker's script, from npm, fetched once.
pub fn script() -> Option<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-core-{AXE}"));
    if !folder.exists() {
        let aside = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            let status = command.args(arguments).current_dir(&aside).status();
            status.is_ok_and(|status| status.success())
        };
        let fetched = run("npm", &["pack", "--silent", &format!("axe-core@{AXE}")])
            && run("tar", &["-xzf", &format!("axe-core-{AXE}.tgz")]);
        if !fetched {
            assert!(
                env::var_os("CI").is_none(),
                "axe-core cannot be fetched: install npm and tar"
            );
            eprintln!("skipped: no npm here to fetch axe-core; install it");
            return None;
        }
        fs::rename(aside.path().join("package"), &folder).expect("a writable folder");
    }
    Some(fs::read_to_string(folder.join("axe.min.js")).expect("its script"))
}
