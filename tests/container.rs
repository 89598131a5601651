//! Follows the Dockerfile as far as possible without a container engine. Its build steps run in a plain folder, and the
//! result runs as in the image, with a volume that outlives the container.

#![cfg(unix)]

#[path = "support/generated.rs"]
mod generated;
#[path = "support/process.rs"]
mod process;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use process::Server;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

const ANN: [(&str, &str); 3] = [
    ("name", "Ann"),
    ("email", "ann@example.com"),
    ("password", "a sentence is fine"),
];

#[test]
fn the_container_builds_starts_and_keeps_its_data_in_the_volume() {
    let _lock = generated::lock();
    let app = app();
    let recipe = fs::read_to_string(app.join("Dockerfile")).expect("a Dockerfile");
    let image = tempfile::tempdir().expect("a temporary folder");
    let out = image.path().join("out");
    let steps = build_steps(&recipe).replace("/out", out.to_str().expect("UTF-8"));
    generated::run(
        Command::new("sh")
            .args(["-euc", &steps])
            .current_dir(app)
            .env("FEATURES", "default")
            .env("CARGO_TARGET_DIR", generated::target()),
    );

    assert!(
        recipe.lines().any(|line| line == "VOLUME /app/data"),
        "{recipe}"
    );
    let volume = image.path().join("volume");
    fs::rename(out.join("data"), &volume).expect("the recipe makes the folder");
    // A user signs up in the first container. The second container, with the same volume, accepts the user.
    let first = start(&out.join("server"), &image.path().join("first"), &volume);
    assert_eq!(post(&first, "/signup", &ANN), (303, "/dashboard".into()));
    first.stop();
    let second = start(&out.join("server"), &image.path().join("second"), &volume);
    assert_eq!(
        post(&second, "/login", &ANN[1..]),
        (303, "/dashboard".into())
    );
}

#[test]
fn a_release_build_carries_its_views_and_does_not_wait_for_changes_of_them() {
    let _lock = generated::lock();
    let app = app();
    generated::run(generated::cargo(app).args(["build", "--locked", "--release"]));
    let empty = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(
        Command::new(generated::target().join("release/hedge"))
            .current_dir(empty.path())
            .env_clear()
            .env("PORT", "0"),
    );
    let page = reqwest::blocking::get(server.url("/")).and_then(|answer| answer.text());
    let page = page.expect("the home page");
    assert!(page.contains("Just captured"), "it is in development");
    for of_sources in ["reload.js", "templates/home.html"] {
        assert!(!page.contains(of_sources), "{of_sources}");
    }
}

/// A newly generated app, once for all tests here. An app of an earlier run would be out of date, and a second app would be
/// compiled again.
fn app() -> &'static Path {
    static APP: OnceLock<PathBuf> = OnceLock::new();
    APP.get_or_init(|| generated::new_app("hedge", &[]))
}

/// The build commands of the Dockerfile, as a shell script.
///
/// They are those of the first stage after the sources are copied, without the engine's caches.
fn build_steps(recipe: &str) -> String {
    let (build, _) = recipe.split_once("\nFROM ").expect("two stages");
    let (_, steps) = build
        .split_once("COPY . .")
        .expect("the sources are copied");
    let steps = steps.replace("\\\n", " ");
    let runs: Vec<_> = steps
        .lines()
        .filter_map(|line| line.trim().strip_prefix("RUN "))
        .map(|run| {
            let words = run.split_whitespace();
            let words: Vec<_> = words
                .skip_while(|word| word.starts_with("--mount="))
                .collect();
            words.join(" ")
        })
        .collect();
    assert!(!runs.is_empty(), "{recipe}");
    runs.join("\n")
}

/// Starts the server as the image does: in its own folder, with the volume at `data`.
fn start(server: &Path, folder: &Path, volume: &Path) -> Server {
    fs::create_dir(folder).expect("a fresh folder");
    std::os::unix::fs::symlink(volume, folder.join("data")).expect("a link");
    Server::start(
        Command::new(server)
            .current_dir(folder)
            .env_clear()
            .env("APP_ENV", "production")
            .env("PORT", "0")
            .env("SECRET_KEY", "5e".repeat(64)),
    )
}

fn post(server: &Server, path: &str, form: &[(&str, &str)]) -> (u16, String) {
    let client = Client::builder().redirect(Policy::none()).build();
    let sent = client
        .expect("a client")
        .post(server.url(path))
        .form(form)
        .send();
    let answer = sent.expect("an answer");
    let location = answer.headers().get("location").map(|value| value.to_str());
    let location = location.and_then(Result::ok).unwrap_or_default().to_owned();
    (answer.status().as_u16(), location)
}
