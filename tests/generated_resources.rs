//! Checks everything that `hoglet generate` writes: an app with every kind and every type of field is linted, built,
//! tested, started and used by two users and a visitor, on each database.
//!
//! This compiles an app with all its dependencies, which takes minutes the first time; `target/` keeps them:
//!
//! ```sh
//! cargo test -p hoglet --test generated_resources
//! ```

#![cfg(unix)]

#[path = "generated_resources/app.rs"]
mod app;
#[path = "support/client.rs"]
mod client;
#[path = "generated_resources/events.rs"]
mod events;
#[path = "generated_resources/form.rs"]
mod form;
#[path = "generated_resources/fuzz.rs"]
mod fuzz;
#[path = "support/generated.rs"]
mod generated;
#[path = "generated_resources/house.rs"]
mod house;
#[path = "generated_resources/lists.rs"]
mod lists;
#[path = "generated_resources/owners.rs"]
mod owners;
#[path = "support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/posthog.rs"]
mod posthog;
#[path = "support/process.rs"]
mod process;
#[path = "generated_resources/validation.rs"]
mod validation;

use app::App;
use house::House;
use postgres::Postgres;

#[test]
fn everything_that_is_generated_works_on_sqlite() {
    let _lock = generated::lock();
    let app = App::with_everything("sqlite");
    app.check();
    is_used(&app, None);
}

#[test]
fn everything_that_is_generated_works_on_postgres() {
    let Some(postgres) = Postgres::find() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "no PostgreSQL here: install it, or set TEST_POSTGRES_URL"
        );
        println!("skipped: no PostgreSQL here; install it, or set TEST_POSTGRES_URL");
        return;
    };
    let _lock = generated::lock();
    let app = App::with_everything("postgres");
    // The code is that of the app on SQLite, so it needs no second lint.
    app.test(&[
        ("DATABASE_URL", &*postgres.url),
        ("TEST_DATABASE_URL", &*postgres.url),
    ]);
    is_used(&app, Some(&postgres.url));
}

#[test]
fn resources_of_an_app_without_posthog_and_without_the_demo_work() {
    let _lock = generated::lock();
    let app = App::without_posthog_and_demo();
    app.check();
}

fn is_used(app: &App, database: Option<&str>) {
    let house = House::open(app, database);
    owners::only_they_reach_their_rows(&house);
    owners::everybody_reads_what_is_public(&house);
    validation::what_was_typed_is_kept(&house);
    validation::references_are_to_own_rows(&house);
    events::carry_what_is_not_personal(&house);
    lists::page_through_rows_that_are_equal(&house);
    lists::sort_by_indexed_columns(&house);
    lists::search_without_regard_to_case(&house);
    lists::take_any_address(&house);
    fuzz::no_input_is_an_error_of_the_server(&house);
    house.close();
}
