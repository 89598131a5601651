//! A chess club: the smallest app that uses all of Hoglet.
//!
//! Its table of users is called `members`. `account` has sign-up, log-in and log-out. `bell` is for
//! everybody, and `lounge` is for members. `pass` is a link in a mail. `broken` has all kinds of
//! failures. `program` is the club's binary.

use std::process::ExitCode;

use axum::Router;
use axum::http::{Extensions, StatusCode};
use clap::Subcommand;
use hoglet_web::app::{App, CommandResult};
use hoglet_web::cli::print_line;
use hoglet_web::error_text::ErrorText;
use hoglet_web::handlers::opt_out;
use hoglet_web::jobs::Jobs;
use hoglet_web::layers::{self, Places};
use hoglet_web::package::Package;
use hoglet_web::page::Page;
use hoglet_web::posthog::{Declared, Event};
use hoglet_web::routes::Routes;
use hoglet_web::session::signed_in;
use hoglet_web::settings::{Reader, Settings};
use hoglet_web::web::Web;
use minijinja::{Value, context};
use rust_embed::RustEmbed;

pub mod account;
pub mod bell;
pub mod broken;
pub mod card;
pub mod chores;
pub mod invite;
pub mod lounge;
pub mod member;
pub mod pass;
pub mod plan;
#[cfg(unix)]
pub mod program;
pub mod tea;

/// The folder whose code counts as the app's own.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/web/club");

#[derive(RustEmbed)]
#[folder = "tests/web/club/templates/"]
pub struct Templates;

#[derive(RustEmbed)]
#[folder = "tests/web/club/static/"]
pub struct Assets;

pub struct Club;

/// The club's only setting.
pub struct Motto(pub String);

#[derive(Subcommand)]
pub enum Command {
    /// Says hello
    Greet,
}

impl App for Club {
    type Settings = Motto;
    type State = Web;
    type Command = Command;
    type Users = member::Entity;
    type Migrator = member::Migrator;
    type Templates = Templates;
    type Assets = Assets;

    const PACKAGE: Package = Package {
        name: "chess-club",
        description: "A club for those who like to think",
        version: env!("CARGO_PKG_VERSION"),
        release: env!("CARGO_PKG_VERSION"),
        folder: FOLDER,
    };
    const DEFAULTS: &'static str =
        "DATABASE_URL=sqlite://data/club.sqlite?mode=rwc\nPOSTHOG_HOST=https://us.i.posthog.com\n";

    fn flags() -> &'static [Declared] {
        plan::ALL
    }

    fn settings(reader: &mut Reader, _: &Settings) -> Motto {
        let motto = reader.text("CLUB_MOTTO").unwrap_or_default();
        if motto.contains("checkers") {
            reader.error("CLUB_MOTTO", "is about another game");
        }
        Motto(motto)
    }

    fn pages() -> Routes<Web> {
        pages()
    }

    fn jobs() -> Jobs<Web> {
        chores::jobs()
    }

    fn state(Motto(_): Motto, web: Web) -> Web {
        web
    }

    fn every_page(request: &Extensions) -> Value {
        let member = signed_in::user::<member::Model>(request);
        let member = member.map(|member| context! { name => &member.name });
        context! { member }
    }

    fn error_text(status: StatusCode) -> ErrorText {
        ErrorText {
            title: status.canonical_reason().unwrap(),
            message: match status {
                StatusCode::NOT_FOUND => "Nobody plays here.",
                StatusCode::FORBIDDEN => "This came from another site.",
                status if status.is_server_error() => "The board fell over. It has been noted.",
                _ => "That is no move.",
            },
        }
    }

    fn before_send(event: Event) -> Option<Event> {
        plan::before_send(event)
    }

    async fn run(Command::Greet: Command, settings: Settings) -> CommandResult {
        print_line(format_args!("hello from {}", settings.app_name))?;
        Ok(ExitCode::SUCCESS)
    }
}

pub fn pages() -> Routes<Web> {
    Routes::default()
        .get("/", async |page: Page| {
            page.render("home.html", context! {})
        })
        .get("/signup", account::show_sign_up)
        .post("/signup", account::sign_up)
        .get("/login", account::show_log_in)
        .post("/login", account::log_in)
        .post("/logout", account::log_out)
        .get("/bell", bell::show)
        .post("/api/bell", bell::ring)
        .get("/card", card::show)
        .post("/card", card::change)
        .get("/lounge", lounge::show)
        .post("/api/vote", lounge::vote)
        .post("/api/break", broken::breaks)
        .post("/opt-out", opt_out::switch)
        .get("/pass/{token}", pass::show)
        .post("/pass/{token}", pass::enter)
        .get("/members/pass/{token}", pass::show_to_members)
}

/// The club with additional pages of one test, behind every layer.
pub fn router_with(own: Router<Web>, web: Web) -> Router {
    let pages = pages().router().merge(own).with_state(web.clone());
    layers::around(pages, &web, Places::default())
}
