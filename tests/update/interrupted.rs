//! Signals at any moment: the app is as it was, or updated as a whole.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use crate::app::{App, assert_same};
use crate::releases;

/// How often an update is interrupted.
const ATTEMPTS: u32 = 16;

#[test]
fn a_signal_leaves_the_app_as_it_was_or_updated() {
    let changes: Vec<&str> = releases::CHANGES.iter().map(|(name, _)| *name).collect();
    let app = App::new(&[&changes.join("+")]);
    let before = app.files();
    let start = Instant::now();
    assert_eq!(app.update("").code, 0);
    let whole = start.elapsed();
    let after = app.files();
    assert_ne!(before, after);

    let (mut undone, mut done) = (0, 0);
    for attempt in 0..ATTEMPTS {
        app.git(&["reset", "--quiet", "--hard"]);
        app.git(&["clean", "--quiet", "--force", "-d"]);
        assert_eq!(app.files(), before);
        let mut command = app.update_command("");
        let mut update = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // The second half of the time, because the first begins with the making of the releases.
        sleep(whole / 2 + whole * attempt / (ATTEMPTS * 2));
        let signal = ["INT", "TERM"][attempt as usize % 2];
        let id = update.id().to_string();
        // It may have ended already.
        let _ = Command::new("kill")
            .args(["-s", signal, &id])
            .stderr(Stdio::null())
            .status();
        update.wait().expect("its status");

        let now = app.files();
        if now == before {
            assert_eq!(app.status(), [] as [String; 0]);
            undone += 1;
        } else {
            assert_same("half of an update", &now, &after);
            done += 1;
        }
    }
    println!("undone {undone} times, done {done} times");
    assert!(undone > 0, "no signal came in time");
}
