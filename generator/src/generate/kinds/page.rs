//! `hoglet generate page`: a page with its handler, view, route, navigation link and test.

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::reserved;
use crate::generate::splice::{self, Audience, Place};
use crate::generate::templates::{Templates, spellings};

/// Templates that other templates use. They must not be overwritten, even with --force.
const PARTS: &[&str] = &[
    "about_user",
    "base",
    "error",
    "forms",
    "listing",
    "opt_out",
    "unconfirmed",
];

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    let snake = name.snake();
    let refuse = |reason: String| Error::unfit_name(&snake, reason);
    reserved::module(name).map_err(refuse)?;
    let path = format!("/{}", name.kebab());
    if app.routes.contains(&path) {
        return Err(refuse(format!("the app has the path `{path}`")));
    }
    let handler = format!("src/routes/{snake}.rs");
    let view = format!("templates/{snake}.html");
    if PARTS.contains(&snake.as_str()) {
        return Err(refuse(format!("`{view}` has another purpose")));
    }
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("path".into(), Value::scalar(path.clone())),
    ]);
    let mut plan = Plan::default();
    plan.file(handler, templates.render("page/routes.rs", &values)?);
    plan.file(view.clone(), templates.render("page/view.html", &values)?);
    plan.file(
        format!("tests/web/{snake}.rs"),
        templates.render("page/test.rs", &values)?,
    );
    plan.insert("src/routes.rs", Place::Modules, format!("pub mod {snake};"));
    plan.insert(
        "src/routes.rs",
        Place::Chain {
            function: "pages",
            root: "Routes::default()",
        },
        splice::call("get", &[&format!("{path:?}"), &format!("{snake}::show")]),
    );
    plan.insert(
        "templates/base.html",
        Place::Navigation(Audience::Everybody),
        templates.render("page/link.html", &values)?,
    );
    plan.insert("tests/web/main.rs", Place::Modules, format!("mod {snake};"));
    plan.next = vec![format!("Write the text of {path} in {view}")];
    Ok(plan)
}
