//! Checks that every app must pass. `hoglet_web::testing::checks` has the rules.

use app::app::App as TheApp;
use hoglet_web::testing::checks;

use crate::support::*;

#[tokio::test]
async fn every_migration_can_be_reverted_and_applied_again() {
    let app = App::start().await;
    checks::migrations(&app).await;
    app.sign_up(ANN).await;
}

#[test]
fn the_example_of_an_env_file_lists_every_variable_with_its_default() {
    checks::env_example::<TheApp>(include_str!("../../.env.example"));
}

#[test]
fn every_template_can_be_parsed() {
    checks::templates::<TheApp>();
}
