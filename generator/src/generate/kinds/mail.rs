//! `hoglet generate mail`: both views of a mail, the job that sends it, and its test.

use liquid::Object;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::job_table;
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::splice;
use crate::generate::templates::{Templates, spellings};

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    let snake = name.snake();
    let refuse = |reason: String| Error::unfit_name(&snake, reason);
    let job = Name::parse(&format!("send_{snake}")).map_err(refuse)?;
    job_table::is_free(&job, app)?;
    let text = format!("templates/mail/{snake}.txt");
    // `layout.txt`, for example, is not a mail. It must not be overwritten, even with --force.
    if app.files.contains(&text) && !app.files.contains(&format!("src/jobs/{job}.rs")) {
        return Err(refuse(format!("`{text}` has another purpose")));
    }
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("job".into(), spellings(&job)),
    ]);
    let mut plan = Plan::default();
    plan.file(text, templates.render("mail/view.txt", &values)?);
    plan.file(
        format!("templates/mail/{snake}.html"),
        templates.render("mail/view.html", &values)?,
    );
    job_table::add(
        &mut plan,
        &job,
        templates.render("mail/job.rs", &values)?,
        templates.render("mail/test.rs", &values)?,
        splice::call(&format!("job::<{}>", job_table::path(&job)), &[]),
    );
    plan.next = vec![
        format!("Write the text in templates/mail/{snake}.txt and {snake}.html"),
        format!(
            "Send it from a handler: visit.jobs.enqueue(&transaction, crate::jobs::{} {{ user_id: user.id }}).await?",
            job_table::path(&job)
        ),
    ];
    Ok(plan)
}
