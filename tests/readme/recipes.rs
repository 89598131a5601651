//! Follows the recipes as a reader would who adds orders to the app.

use super::support::Tree;
use super::{blocks, section};

/// Tests for the code from the recipes.
const TESTS: &str = r#"//! What came of the recipes.

use app::jobs::tidy_name::TidyName;
use reqwest::StatusCode;
use time::macros::datetime;

use crate::support::*;

#[tokio::test]
async fn an_order_is_placed() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    let page = ann.get("/order").await.text();
    assert!(page.contains("What would you like?"));

    let answer = ann.post("/order", &[("item", "")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("aria-invalid"));

    let answer = ann.post("/order", &[("item", "a burrito")]).await;
    assert_eq!(answer.location(), "/order");
    assert!(ann.get("/order").await.text().contains("Placed."));
    assert_eq!(app.event("order_placed").await["total_orders"], 1);
}

#[tokio::test]
async fn flags_decide_what_a_page_says() {
    let app = App::start().await;
    let page = app.browser().get("/about").await.text();
    assert!(page.contains("Order") && !page.contains("for free"));
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
    let welcome = mails.iter().find(|mail| mail.subject == "Welcome, ann@example.com");
    let welcome = welcome.expect("it has come");
    assert!(welcome.links[0].ends_with("/dashboard"), "{}", welcome.text);
    assert!(welcome.html.contains("Begin here"), "{}", welcome.html);
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
async fn schedules_come_round() {
    let app = App::start().await;
    // What is new begins with its next time.
    app.run_schedules(datetime!(2026-11-21 12:00 UTC)).await;
    app.run_schedules(datetime!(2026-11-23 07:30 UTC)).await;
    let ran = app.run_jobs().await;
    for job in ["send_report", "sum_up_orders"] {
        assert!(ran.iter().any(|ran| ran.job == job), "{job}");
    }
}

#[tokio::test]
async fn search_engines_see_the_real_one_only() {
    let app = App::start().await;
    let page = app.browser().get("/").await;
    assert_eq!(page.header("x-robots-tag"), "noindex");
}
"#;

/// Two jobs that the recipe for schedules assumes.
const JOBS: &str = "//! What is done now and then.

use crate::prelude::*;

";

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
        let [handler, test] = self.code("A page");
        self.add("src/routes/about.rs", &handler);
        self.route("about", &[".get(\"/about\", about::show)"]);
        self.view(
            "templates/home.html",
            "templates/about.html",
            "<h1>About us</h1>{{ team | join }} {{ button }}{% if free_shipping %}, for free{% endif %}",
        );
        self.add("tests/web/about.rs", &test);
        self.put("tests/web/main.rs", "mod support;\n", "mod about;\n");
    }

    fn table(&mut self) {
        let [model, table] = self.code("A table");
        self.add("src/models/order.rs", &model);
        self.put("src/models.rs", "line here.\n", "\npub mod order;");
        let (name, users) = (
            "m20261201_090000_create_orders",
            "m20261121_143000_create_users",
        );
        let migration = self.text(&format!("src/migrations/{users}.rs"));
        let (before, rest) = migration
            .split_once("Table::create()")
            .expect("a table is made");
        let (_, after) = rest.split_once(".to_owned(),\n").expect("its end");
        let after = after.replace("\"users\"", "\"orders\"");
        self.add(
            &format!("src/migrations/{name}.rs"),
            &format!("{before}{table}{after}"),
        );
        self.put(
            "src/migrations.rs",
            &format!("mod {users};\n"),
            &format!("mod {name};\n"),
        );
        let entry = |name: &str| format!("            Box::new({name}::Migration),\n");
        self.put("src/migrations.rs", &entry(users), &entry(name));
    }

    fn column(&mut self) {
        let [field, migration] = self.code("A column of users");
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
        let name = "m20261202_090000_add_company_to_users";
        self.add(&format!("src/migrations/{name}.rs"), &migration);
        let orders = "m20261201_090000_create_orders";
        self.put(
            "src/migrations.rs",
            &format!("mod {orders};\n"),
            &format!("mod {name};\n"),
        );
        let entry = |name: &str| format!("            Box::new({name}::Migration),\n");
        self.put("src/migrations.rs", &entry(orders), &entry(name));
        let form = "templates/about_user.html";
        self.put(
            form,
            "autocomplete=\"name\") }}\n",
            &format!("{{{{ {view} }}}}\n"),
        );
    }

    fn form(&mut self) {
        let [handlers] = self.code("A form");
        self.add("src/routes/order.rs", &handlers);
        self.route(
            "order",
            &[
                ".get(\"/order\", order::show)",
                ".post(\"/order\", order::place)",
            ],
        );
        let form = r#"<form method="post" action="/order">
  {{ field("item", "What would you like?", form, errors) }}
  <button>Order</button>
</form>"#;
        self.view("templates/login.html", "templates/order.html", form);
        self.replace(
            "templates/order.html",
            "import checkbox, field, form_errors, next_field",
            "import field",
        );
        self.replace("templates/order.html", "Log in · ", "Order · ");
    }

    fn job(&mut self) {
        let [job] = self.code("A job");
        self.add("src/jobs/tidy_name.rs", &job);
        self.enlist("tidy_name", &["TidyName"], ".job::<TidyName>()");
    }

    fn schedule(&mut self) {
        let [lines] = self.code("A schedule");
        let mut jobs = JOBS.to_owned();
        for (job, name) in [
            ("SumUpOrders", "sum_up_orders"),
            ("SendReport", "send_report"),
        ] {
            jobs += &format!(
                "#[derive(Serialize, Deserialize)]\npub struct {job} {{}}\n\nimpl Job for {job} {{\n    type State = \
                 AppState;\n\n    const NAME: &'static str = \"{name}\";\n\n    async fn run(self, _: AppState, _: Run) \
                 -> JobResult {{\n        Ok(())\n    }}\n}}\n\n"
            );
        }
        self.add("src/jobs/now_and_then.rs", &jobs);
        self.enlist(
            "now_and_then",
            &["SendReport", "SumUpOrders"],
            lines.trim_end(),
        );
        self.put(
            "src/jobs.rs",
            "a worker runs it later.\n\n",
            "use std::time::Duration;\n\n",
        );
    }

    fn mail(&mut self) {
        let [job] = self.code("A mail");
        let text = "{% extends \"mail/layout.txt\" %}\n{% block subject %}Welcome, {{ to.email }}{% endblock %}\n\
                    {% block main %}\nBegin at {{ app.url }}{{ begin }}\n{% endblock %}\n";
        let html = "{% extends \"mail/layout.html\" %}\n{% from \"mail/parts/button.html\" import button %}\n\
                    {% block main %}{{ button(app.url ~ begin, \"Begin here\") }}{% endblock %}\n\
                    {% block why %}You have signed up.{% endblock %}\n";
        self.add("templates/mail/welcome.txt", text);
        self.add("templates/mail/welcome.html", html);
        self.add("src/jobs/send_welcome.rs", &job);
        self.enlist("send_welcome", &["SendWelcome"], ".job::<SendWelcome>()");
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
        let [entry, lines] = self.code("An event");
        self.put(
            "src/posthog/events.rs",
            "\"profile_updated\" => ProfileUpdated {},\n",
            &format!("\n{entry}"),
        );
        self.put(
            "src/routes/order.rs",
            "order::place(&state.database, user.id, &form.item).await?;\n",
            &lines,
        );
        self.put(
            "src/routes/order.rs",
            "use crate::models::order;\n",
            "use crate::posthog::events::OrderPlaced;\n",
        );
    }

    fn flag(&mut self) {
        let [constants, lines] = self.code("A flag and an experiment");
        self.replace(
            "src/posthog/flags.rs",
            "hoglet_web::flags! {}\n",
            &format!("hoglet_web::flags! {{\n{constants}}}\n"),
        );
        let about = "src/routes/about.rs";
        self.replace(about, "page: Page", "posthog: PostHog, page: Page");
        let render = "    page.render(\"about.html\", context! { ";
        let handed = format!("{lines}{render}free_shipping, button, ");
        self.replace(about, render, &handed);
        self.put(
            about,
            "use crate::prelude::*;\n",
            "use crate::posthog::flags::{FREE_SHIPPING, ORDER_BUTTON};\n",
        );
    }

    fn setting(&mut self) {
        let [line] = self.code("A setting");
        self.put(
            "src/settings.rs",
            "pub switches: Switches,\n",
            "    /// What shipping costs.\n    pub shipping_cents: u64,\n",
        );
        self.put(
            "src/settings.rs",
            "switches: Switches::read(reader, hoglet, switches),\n",
            &line,
        );
        let example = self.in_backticks("A setting", "# SHIPPING_CENTS");
        self.put(
            ".env.example",
            "\n",
            &format!("# What shipping costs\n{example}\n"),
        );
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

    /// Adds a module of pages, with lines at the end of the route table.
    fn route(&mut self, module: &str, lines: &[&str]) {
        self.put(
            "src/routes.rs",
            "pub mod signup;\n",
            &format!("pub mod {module};\n"),
        );
        for line in lines {
            self.put(
                "src/routes.rs",
                ".post(\"/opt-out\", opt_out::switch)\n",
                &format!("{line}\n"),
            );
        }
    }

    /// Adds a module of jobs, with lines at the end of the table of jobs.
    fn enlist(&mut self, module: &str, jobs: &[&str], lines: &str) {
        let jobs = jobs.join(", ");
        self.put(
            "src/jobs.rs",
            "use crate::prelude::*;\n",
            &format!("\npub mod {module};\n\nuse {module}::{{{jobs}}};\n"),
        );
        self.put(
            "src/jobs.rs",
            ".queue(mail::QUEUE, 2)\n",
            &format!("{lines}\n"),
        );
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
