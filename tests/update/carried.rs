//! The real releases, with the real program.

use hoglet::releases::{Release, Releases};

use crate::app::{ANSWERS, App, NAME, assert_same};
use crate::pairs;
use crate::releases;
use crate::users;

/// Changes that need no command, because a later `hoglet generate` may not know an earlier template.
const BY_HAND: &[&str] = &[
    "brand",
    "home_page",
    "page_by_hand",
    "changed_handlers",
    "own_layer",
    "own_crate",
    "crlf",
];

#[test]
fn every_release_updates_to_every_later_one() {
    let releases = Releases::carried().expect("they are sound");
    for (number, from) in releases.all().iter().enumerate() {
        for to in &releases.all()[number + 1..] {
            let label = format!("{} to {}", from.version, to.version);
            let theirs = rendered(&releases, to);

            let app = app_of(&releases, from);
            app.hoglet(&["update", "--to", &to.version.to_string()]);
            assert_same(&label, &app.tracked(), &theirs);

            let app = app_of(&releases, from);
            let base = app.tracked();
            users::change(&app, BY_HAND);
            let mine = app.tracked();
            let arguments = ["update", "--json", "--to", &to.version.to_string()];
            let report = app.hoglet_report(&arguments);
            pairs::is_as_git_merges(&label, [&base, &mine, &theirs], &app.tracked(), &report);
        }
    }
}

#[test]
fn a_new_app_is_up_to_date() {
    let releases = Releases::carried().expect("they are sound");
    let app = app_of(&releases, releases.newest());
    let said = app.hoglet(&["update"]);
    let version = &releases.newest().version;
    assert!(
        said.contains(&format!("{NAME} is up to date ({version})")),
        "{said}"
    );
}

fn app_of(releases: &Releases, release: &Release) -> App {
    App::with_files(&rendered(releases, release))
}

fn rendered(releases: &Releases, release: &Release) -> xtask::Tree {
    let template = releases::template_of(releases, &release.version);
    xtask::app::render(&template, NAME, ANSWERS).expect("it renders")
}
