//! `hoglet generate schedule`: a job that runs at set times, with its test.

use chrono::{DateTime, NaiveDateTime, Offset, Timelike};
use chrono_tz::Tz;
use croner::Cron;
use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::job_table;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::splice;
use crate::generate::templates::{Templates, spellings};

const EXAMPLE: &str = "write it as in `hoglet generate schedule cleanup '0 3 * * *' Europe/Berlin`";

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    job_table::is_free(name, app)?;
    let (expression, zone) = times(&request.rest)?;
    let due = next(expression, zone, &request.migration_time)?;
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("due".into(), Value::scalar(literal(due))),
    ]);
    let job = format!("|| {} {{}}", job_table::path(name));
    let arguments = [&format!("{expression:?}"), &format!("{zone:?}"), &job];
    let mut plan = Plan::default();
    job_table::add(
        &mut plan,
        name,
        templates.render("schedule/job.rs", &values)?,
        templates.render("schedule/test.rs", &values)?,
        splice::call("cron", &arguments.map(String::as_str)),
    );
    plan.next = vec![
        format!("Write the work in src/jobs/{}.rs", name.snake()),
        format!("It runs next at {}", due.format("%Y-%m-%d %H:%M %Z")),
    ];
    Ok(plan)
}

/// The cron expression and the time zone.
fn times(rest: &[String]) -> Result<(&str, &str), Error> {
    match rest {
        [expression] => Ok((expression, "UTC")),
        [expression, zone] => Ok((expression, zone)),
        [] => Err(Error::argument("schedule", "it has no times", EXAMPLE)),
        // Without quotes, a shell passes each part as an argument, and replaces `*` with names of files.
        _ => Err(Error::argument(
            &rest.join(" "),
            "a cron expression is one argument, in quotes",
            EXAMPLE,
        )),
    }
}

/// The first time after `now`.
///
/// Checks the expression and the zone as `hoglet-jobs` does when the app starts.
fn next(expression: &str, zone: &str, now: &str) -> Result<DateTime<Tz>, Error> {
    let refuse = |argument: &str, reason: String| Error::argument(argument, reason, EXAMPLE);
    let cron: Cron = expression
        .parse()
        .map_err(|error| refuse(expression, format!("it is not a cron expression ({error})")))?;
    let tz: Tz = zone
        .parse()
        .map_err(|_| refuse(zone, "there is no such time zone".to_owned()))?;
    let now = NaiveDateTime::parse_from_str(now, "%Y%m%d_%H%M%S")
        .expect("a migration's time is a date and a time");
    let now = now.and_utc().with_timezone(&tz);
    cron.find_next_occurrence(&now, false)
        .map_err(|_| refuse(expression, "no date matches it".to_owned()))
}

/// The time in the syntax of `datetime!`: `2026-12-02 3:00 UTC`.
fn literal(time: DateTime<Tz>) -> String {
    let seconds = match time.second() {
        0 => String::new(),
        seconds => format!(":{seconds:02}"),
    };
    let offset = match time.offset().fix().local_minus_utc() / 60 {
        0 => "UTC".to_owned(),
        minutes => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
            match minutes {
                0 => format!("{sign}{hours}"),
                minutes => format!("{sign}{hours}:{minutes:02}"),
            }
        }
    };
    format!("{}{seconds} {offset}", time.format("%Y-%m-%d %-H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(expression: &str, zone: &str) -> String {
        let due = next(expression, zone, "20261201_143000");
        due.map_or_else(|error| error.to_string(), literal)
    }

    #[test]
    fn the_test_gets_the_next_time_in_the_zone_of_the_schedule() {
        assert_eq!(due("0 3 * * *", "UTC"), "2026-12-02 3:00 UTC");
        assert_eq!(due("30 8 * * MON", "Europe/Berlin"), "2026-12-07 8:30 +1");
        assert_eq!(due("30 14 * * *", "UTC"), "2026-12-02 14:30 UTC");
        assert_eq!(due("0 9 * * *", "Asia/Kolkata"), "2026-12-02 9:00 +5:30");
        assert_eq!(due("0 9 * * *", "America/New_York"), "2026-12-02 9:00 -5");
        assert_eq!(due("0 0 29 2 *", "UTC"), "2028-02-29 0:00 UTC");
    }

    #[test]
    fn wrong_times_are_refused_with_the_reason() {
        assert!(due("every day", "UTC").starts_with("`every day`: it is not a cron expression ("));
        assert!(due("0 3 30 2 *", "UTC").starts_with("`0 3 30 2 *`: no date matches it; "));
        assert!(due("0 3 * * *", "Berlin").starts_with("`Berlin`: there is no such time zone; "));
        let unquoted = ["0", "3", "src", "tests"].map(str::to_owned);
        let error = times(&unquoted).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("in quotes")));
    }
}
