//! The lines that a resource adds to files of the app.

use liquid::Object;

use super::values::Values;
use crate::error::Error;
use crate::generate::plan::Insertion;
use crate::generate::splice::{Audience, Place, call};
use crate::generate::templates::Templates;

const ROUTES: Place = Place::Chain {
    function: "pages",
    root: "Routes::default()",
};

pub fn all(
    values: &Values,
    object: &Object,
    templates: &Templates,
) -> Result<Vec<Insertion>, Error> {
    let (name, names) = (&values.name.snake, &values.names.snake);
    let mut lines = table(name, names, &values.migration);
    lines.push(line(
        "src/models.rs",
        Place::Modules,
        format!("pub mod {name}_form;"),
    ));
    lines.push(line(
        "src/routes.rs",
        Place::Modules,
        format!("pub mod {names};"),
    ));
    lines.push(line("src/routes.rs", ROUTES, routes(values)));
    let link = templates.render("resource/navigation.html", object)?;
    let audience = match values.public {
        true => Audience::Everybody,
        false => Audience::Users,
    };
    lines.push(line(
        "templates/base.html",
        Place::Navigation(audience),
        link.trim().to_owned(),
    ));
    if values.posthog {
        let events = templates.render("resource/events.rs", object)?;
        for event in events.trim().split("\n\n") {
            let place = Place::Macro { name: "events" };
            lines.push(line("src/posthog/events.rs", place, event.to_owned()));
        }
    }
    Ok(lines)
}

/// The lines for a table with its model and its tests.
pub fn table(name: &str, names: &str, migration: &str) -> Vec<Insertion> {
    let migrations = Place::Vec {
        function: "migrations",
    };
    vec![
        line(
            "src/migrations.rs",
            Place::Modules,
            format!("mod {migration};"),
        ),
        line(
            "src/migrations.rs",
            migrations,
            format!("Box::new({migration}::Migration),"),
        ),
        line("src/models.rs", Place::Modules, format!("pub mod {name};")),
        line("tests/web/main.rs", Place::Modules, format!("mod {names};")),
    ]
}

fn routes(values: &Values) -> String {
    let module = &values.names.snake;
    let routes = [
        ("get", "", "index"),
        ("post", "", "create"),
        ("get", "/new", "new"),
        ("get", "/{id}", "show"),
        ("post", "/{id}", "update"),
        ("get", "/{id}/edit", "edit"),
        ("post", "/{id}/delete", "delete"),
    ];
    let calls = routes.map(|(method, rest, handler)| {
        let path = format!("\"{}{rest}\"", values.path);
        call(method, &[&path, &format!("{module}::{handler}")])
    });
    calls.join("\n")
}

fn line(path: &str, place: Place, text: String) -> Insertion {
    Insertion {
        path: path.to_owned(),
        place,
        text,
    }
}
