//! The app's commands, each in a folder of its own.

use std::path::Path;
use std::process::{Command, Output};

use hoglet_web::settings::secret_key::new_secret_key;

const BINARY: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

/// Runs a command to its end, with nothing in the environment but these variables.
fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

#[cfg(feature = "sqlite")]
#[test]
fn who_looks_at_a_database_does_not_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let key = new_secret_key();
    let variables = [
        ("SECRET_KEY", &*key),
        ("DATABASE_URL", "sqlite://data/app.sqlite?mode=rwc"),
    ];
    for arguments in [&["doctor"][..], &["migrate", "status"]] {
        let output = run(folder.path(), arguments, &variables);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(!folder.path().join("data").exists(), "{arguments:?}");
    }
    let output = run(folder.path(), &["migrate"], &variables);
    assert!(output.status.success(), "{output:?}");
    let output = run(folder.path(), &["migrate", "status"], &variables);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "all migrations are applied");
}

#[test]
fn a_secret_key_is_made_where_the_file_has_none_and_only_there() {
    let key = format!("SECRET_KEY={}\n", new_secret_key());
    for (before, made) in [
        ("", true),
        ("SECRET_KEY= # later\n", true),
        ("export SECRET_KEY=\"\"", true),
        ("# SECRET_KEY=\nPORT=1", true),
        (&*key, false),
        ("APP_ENV=production\n", false),
        ("not a line\n", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        std::fs::write(&file, before).unwrap();
        run(folder.path(), &["migrate", "status"], &[]);
        let after = std::fs::read_to_string(&file).unwrap();
        assert!(after.starts_with(before), "{before}");
        assert_eq!(after.len() > before.len(), made, "{before}");
        let again = run(folder.path(), &["migrate", "status"], &[]);
        let said = String::from_utf8_lossy(&again.stderr);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
        assert!(!said.contains("SECRET_KEY: must be"), "{before}: {said}");
    }
}
