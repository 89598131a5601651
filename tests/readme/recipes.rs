//! Follows the recipes as a reader would who adds orders to the app.

use super::support::Tree;
use super::{block, blocks, changed, hoglet, section};

/// Tests for the code from the recipes.
const TESTS: &str = r#"//! What came of the recipes.

use app::jobs::tidy_name::TidyName;
use reqwest::StatusCode;
use time::macros::datetime;

use crate::support::*;

#[tokio::test]
async fn only_the_first_order_is_the_first() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    for first in [true, false] {
        let answer = ann.post("/orders", &[("item", "a burrito"), ("quantity", "2")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let events = app.events_named("order_placed").await;
        assert_eq!(events.last().unwrap()["first"], first);
    }
}

#[tokio::test]
async fn an_opinion_is_handed_to_a_job() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    app.run_jobs().await;
    assert!(ann.page("/feedback").await.contains("What do you think?"));

    let answer = ann.post("/feedback", &[("message", "")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("aria-invalid"));

    let answer = ann.post("/feedback", &[("message", "More beans")]).await;
    assert_eq!(answer.location(), "/feedback");
    assert!(ann.page("/feedback").await.contains("Thank you."));
    let ran = app.run_jobs().await;
    assert_eq!(ran[0].job, "send_feedback");
}

#[tokio::test]
async fn flags_decide_what_a_page_says() {
    let app = App::start().await;
    let page = app.browser().get("/about").await.text();
    assert!(page.contains("Ann, Ben: Order") && !page.contains("for free"), "{page}");
    app.posthog.set_flag("free-shipping", true, None);
    app.posthog.set_flag("order-button", "friendly", None);
    let page = app.browser().get("/about").await.text();
    assert!(page.contains("Yes, please, for free"), "{page}");
}

#[tokio::test]
async fn a_new_user_gets_a_welcome_mail() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let mails = app.mails_to(ANN).await;
    let welcome = mails.iter().find(|mail| mail.subject == "Welcome");
    let welcome = welcome.expect("it has come");
    assert!(welcome.links[0].ends_with("/dashboard"), "{}", welcome.text);
    assert!(welcome.html.contains("Begin at"), "{}", welcome.html);
}

#[tokio::test]
async fn a_name_is_tidied() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    ann.post("/profile", &[("name", "Ann   Lee")]).await;
    let user = app.user(ANN).await;
    assert_eq!(user.name, "Ann   Lee");
    app.enqueue(TidyName { user_id: user.id }).await;
    app.run_jobs().await;
    assert_eq!(app.user(ANN).await.name, "Ann Lee");
}

#[tokio::test]
async fn users_have_a_company() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    assert_eq!(app.user(ANN).await.company, "");
    assert!(ann.page("/profile").await.contains("Company"));
    ann.post("/profile", &[("name", "Ann"), ("company", "Acme")]).await;
    assert!(ann.page("/profile").await.contains("value=\"Acme\""));
    assert_eq!(app.user(ANN).await.company, "Acme");
    let bob = app.browser();
    let form = [("name", "Bob"), ("email", "bob@example.com"), ("password", "a sentence is fine"), ("company", "Hats")];
    bob.post("/signup", &form).await;
    assert!(bob.page("/profile").await.contains("value=\"Hats\""));
}

#[tokio::test]
async fn an_interval_comes_round() {
    let app = App::start().await;
    // What is new begins with its next time.
    app.run_schedules(datetime!(2026-11-21 12:00 UTC)).await;
    app.run_schedules(datetime!(2026-11-21 13:00 UTC)).await;
    let ran = app.run_jobs().await;
    assert!(ran.iter().any(|ran| ran.job == "send_report"));
}

#[tokio::test]
async fn search_engines_see_the_real_one_only() {
    let app = App::start().await;
    let page = app.browser().get("/").await;
    assert_eq!(page.header("x-robots-tag"), "noindex");
}
"#;

/// Follows every recipe that contains code.
pub fn follow(app: &mut Tree) {
    let mut recipes = Recipes { app };
    recipes.page();
    recipes.table();
    recipes.column();
    recipes.form();
    recipes.job();
    recipes.schedule();
    recipes.mail();
    recipes.event();
    recipes.flag();
    recipes.setting();
    recipes.layer();
    recipes.add("tests/web/recipes.rs", TESTS);
    recipes.put(
        "tests/web/main.rs",
        "mod reset_password;\n",
        "mod recipes;\n",
    );
}

struct Recipes<'a> {
    app: &'a mut Tree,
}

impl Recipes<'_> {
    fn page(&mut self) {
        self.commands("A page");
        let [handler, test] = self.code("A page");
        self.replace_from("src/routes/about.rs", "pub async fn show", &handler);
        self.replace(
            "templates/about.html",
            "</h1>\n",
            "</h1>\n<p>{{ team | join(\", \") }}: {{ button }}{% if free_shipping %}, for free{% endif %}</p>\n",
        );
        self.append("tests/web/about.rs", &format!("\n{test}"));
    }

    fn table(&mut self) {
        self.commands("A table");
        let [count] = self.code("A table");
        let model = "src/models/order.rs";
        self.put(
            model,
            "use hoglet_web::prelude::*;\n",
            &format!("{}\n", self.in_backticks("A table", "use sea_orm::")),
        );
        self.append(model, &format!("\n{count}"));
    }

    fn column(&mut self) {
        self.commands("A column of users");
        let [field] = self.code("A column of users");
        let about = "src/models/about_user.rs";
        let line = |start: &str| format!("{}\n", self.in_backticks("A column of users", start));
        let (column, of) = (line("pub company"), line("company: user"));
        let (set, seeded) = (line("user.company"), line("company: String"));
        let view = self.in_backticks("A column of users", "field(");
        self.put("src/models/user.rs", "pub name: String,\n", &column);
        self.put(about, "pub name: String,\n", &field);
        self.put(about, "name: user.name.clone(),\n", &of);
        self.put(about, "user.name = Set(tidied(&self.name));\n", &set);
        self.put(
            "src/commands/seed.rs",
            "name: \"Demo User\".to_owned(),\n",
            &seeded,
        );
        let form = "templates/about_user.html";
        self.put(
            form,
            "autocomplete=\"name\") }}\n",
            &format!("{{{{ {view} }}}}\n"),
        );
    }

    fn form(&mut self) {
        self.commands("A form");
        let [handlers] = self.code("A form");
        self.add("src/routes/feedback.rs", &handlers);
        self.put("src/routes.rs", "pub mod signup;\n", "pub mod feedback;\n");
        for start in [".get(\"/feedback\"", ".post(\"/feedback\""] {
            let line = self.in_backticks("A form", start);
            let before = ".post(\"/opt-out\", opt_out::switch)\n";
            self.put("src/routes.rs", before, &format!("{line}\n"));
        }
        let field = self.in_backticks("A form", "field(");
        let form = format!(
            "<form method=\"post\" action=\"/feedback\">\n  {{{{ {field} }}}}\n  <button>Send</button>\n</form>"
        );
        let name = "templates/feedback.html";
        self.view("templates/login.html", name, &form);
        let import = "import checkbox, field, form_errors, next_field";
        self.replace(name, import, "import field");
        self.replace(name, "Log in · ", "Feedback · ");
    }

    fn job(&mut self) {
        self.commands("A job");
        let [run] = self.code("A job");
        let file = "src/jobs/tidy_name.rs";
        self.replace_from(file, "    async fn run(", &format!("{run}}}\n"));
        let import = self.in_backticks("A job", "use crate::models::");
        self.put(file, "\n\n", &format!("{import}\n"));
    }

    fn schedule(&mut self) {
        self.commands("A schedule");
        let [line] = self.code("A schedule");
        self.put("src/jobs.rs", ".queue(mail::QUEUE, 2)\n", &line);
        self.put(
            "src/jobs.rs",
            "a worker runs it later.\n\n",
            "use std::time::Duration;\n\n",
        );
    }

    fn mail(&mut self) {
        self.commands("A mail");
        let [values] = self.code("A mail");
        let job = "src/jobs/send_welcome.rs";
        self.put(job, "&user.email);\n", &values);
        for format in ["txt", "html"] {
            let name = format!("templates/mail/welcome.{format}");
            self.replace(&name, "Hello,", "Begin at {{ app.url }}{{ begin }}");
        }
        let line = self.in_backticks("A mail", "visit.jobs.enqueue(&transaction, SendWelcome {");
        self.put(
            "src/accounts.rs",
            "visit.jobs.enqueue(&transaction, mail).await?;\n",
            &format!("{line}\n"),
        );
        self.put(
            "src/accounts.rs",
            "use crate::features::FEATURES;\n",
            "use crate::jobs::send_welcome::SendWelcome;\n",
        );
    }

    fn event(&mut self) {
        self.commands("An event");
        let [lines] = self.code("An event");
        let file = "src/routes/orders.rs";
        let end = "    visit.redirect_with_success(&path, \"The order was created.\")\n";
        self.replace(file, end, &format!("{lines}{end}"));
        let import = self.in_backticks("An event", "use crate::posthog::events::");
        self.put(file, "use crate::prelude::*;\n", &format!("{import}\n"));
    }

    fn flag(&mut self) {
        self.commands("A flag and an experiment");
        let [lines] = self.code("A flag and an experiment");
        let about = "src/routes/about.rs";
        self.replace(about, "page: Page", "posthog: PostHog, page: Page");
        let render = "    page.render(\"about.html\", context! { ";
        let handed = format!("{lines}{render}free_shipping, button, ");
        self.replace(about, render, &handed);
        let import = self.in_backticks("A flag and an experiment", "use crate::posthog::flags::{");
        self.put(about, "use crate::prelude::*;\n", &format!("{import}\n"));
    }

    fn setting(&mut self) {
        self.commands("A setting");
        let [line] = self.code("A setting");
        let generated = self.line("src/settings.rs", "shipping_cents: reader.");
        self.replace("src/settings.rs", &generated, &line);
        let example = self.in_backticks("A setting", "# SHIPPING_CENTS");
        let generated = self.line(".env.example", "# SHIPPING_CENTS");
        self.replace(".env.example", &generated, &format!("{example}\n"));
    }

    fn layer(&mut self) {
        let [layer, line] = self.code("A layer");
        self.add("src/no_index.rs", &layer);
        self.put("src/lib.rs", "pub mod models;\n", "pub mod no_index;\n");
        self.put("src/app.rs", "        Places::default()\n", &line);
        self.put(
            "src/app.rs",
            "use axum::http::Extensions;\n",
            "use axum::middleware::from_fn;\n",
        );
        self.put(
            "src/app.rs",
            "use crate::migrations::Migrator;\n",
            "use crate::no_index::no_index;\n",
        );
    }

    /// Runs the commands at the beginning of a recipe.
    fn commands(&mut self, heading: &str) {
        let commands = block(&section(self.app, heading), "sh");
        *self.app = changed(self.app, |folder| {
            for command in commands.lines() {
                hoglet(folder, command);
            }
        });
    }

    /// Adds a copy of a view with a different `main` block.
    fn view(&mut self, from: &str, name: &str, main: &str) {
        let from = self.text(from);
        let (before, _) = from
            .split_once("{% block main %}")
            .expect("it has the block");
        self.add(
            name,
            &format!("{before}{{% block main %}}\n{main}\n{{% endblock %}}\n"),
        );
    }

    /// The code of a recipe, block by block.
    fn code<const COUNT: usize>(&self, heading: &str) -> [String; COUNT] {
        let blocks = blocks(&section(self.app, heading), "rust");
        let count = blocks.len();
        blocks
            .try_into()
            .unwrap_or_else(|_| panic!("{heading} has {count} blocks of code"))
    }

    /// A line of code in a recipe's sentence.
    fn in_backticks(&self, heading: &str, start: &str) -> String {
        let section = section(self.app, heading);
        let code = section.split('`').find(|code| code.starts_with(start));
        code.unwrap_or_else(|| panic!("{heading} has {start}"))
            .to_owned()
    }

    fn text(&self, name: &str) -> String {
        let contents = self
            .app
            .get(name)
            .unwrap_or_else(|| panic!("there is no {name}"));
        String::from_utf8(contents.clone()).expect("UTF-8")
    }

    fn add(&mut self, name: &str, contents: &str) {
        let before = self
            .app
            .insert(name.to_owned(), contents.as_bytes().to_vec());
        assert!(before.is_none(), "there is a {name} already");
    }

    fn append(&mut self, name: &str, text: &str) {
        let contents = self.app.get_mut(name);
        let contents = contents.unwrap_or_else(|| panic!("there is no {name}"));
        contents.extend_from_slice(text.as_bytes());
    }

    /// The line of a file that begins like this, apart from its indentation.
    fn line(&self, name: &str, start: &str) -> String {
        let text = self.text(name);
        let mut lines = text.split_inclusive('\n');
        let line = lines.find(|line| line.trim_start().starts_with(start));
        line.unwrap_or_else(|| panic!("{name} has a line: {start}"))
            .to_owned()
    }

    /// Replaces everything from the first occurrence of a text to the end of the file.
    fn replace_from(&mut self, name: &str, start: &str, new: &str) {
        let text = self.text(name);
        let at = text.find(start);
        let at = at.unwrap_or_else(|| panic!("{name} has: {start}"));
        self.app.insert(
            name.to_owned(),
            format!("{}{new}", &text[..at]).into_bytes(),
        );
    }

    /// Inserts text after the first occurrence of another text.
    fn put(&mut self, name: &str, behind: &str, text: &str) {
        self.replace(name, behind, &format!("{behind}{text}"));
    }

    fn replace(&mut self, name: &str, old: &str, new: &str) {
        let text = self.text(name);
        assert!(text.contains(old), "{name} has: {old}");
        let text = text.replacen(old, new, 1);
        self.app.insert(name.to_owned(), text.into_bytes());
    }
}
