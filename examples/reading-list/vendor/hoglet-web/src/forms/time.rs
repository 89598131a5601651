//! Fields of dates and times.

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::input::InputType;
use crate::text::compatible;

const DATE: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MINUTES: &[FormatItem<'_>] = format_description!("[hour]:[minute]");
const SECONDS: &[FormatItem<'_>] = format_description!("[hour]:[minute]:[second]");
const MILLISECONDS: &[FormatItem<'_>] =
    format_description!("[hour]:[minute]:[second].[subsecond digits:3]");

/// A date, as `type="date"` sends it: `2026-11-30`.
impl InputType for Date {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, String> {
        let text = filled_in(typed)?;
        date(&text).ok_or_else(|| {
            let subject = subject(&text);
            format!("{subject} is not a date. Write the year, month and day, as in 2026-11-30.")
        })
    }

    fn write(value: &Self) -> String {
        value.format(DATE).unwrap_or_default()
    }
}

/// A moment, as `type="datetime-local"` sends it: `2026-11-30T14:05`. It is read as UTC.
impl InputType for OffsetDateTime {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, String> {
        let text = filled_in(typed)?;
        moment(&text).ok_or_else(|| {
            let subject = subject(&text);
            format!("{subject} is not a date with a time. Write it as in 2026-11-30 14:05.")
        })
    }

    fn write(value: &Self) -> String {
        let value = value.to_offset(UtcOffset::UTC);
        let format = match (value.second(), value.millisecond()) {
            (0, 0) => MINUTES,
            (_, 0) => SECONDS,
            _ => MILLISECONDS,
        };
        let time = value.time().format(format).unwrap_or_default();
        format!("{}T{time}", Date::write(&value.date()))
    }
}

/// Neither database stores all years, so only those from 1 to 9999 are dates.
fn date(text: &str) -> Option<Date> {
    let has_four_digits = text.len() == 10 && text.starts_with(|c: char| c.is_ascii_digit());
    let date = Date::parse(text, DATE).ok()?;
    (has_four_digits && date.year() > 0).then_some(date)
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    let (day, time) = text.split_once(['T', ' '])?;
    let time = time.trim_end_matches('Z');
    let formats = [MINUTES, SECONDS, MILLISECONDS];
    let time = formats
        .iter()
        .find_map(|format| Time::parse(time, format).ok())?;
    Some(PrimitiveDateTime::new(date(day)?, time).assume_utc())
}

fn filled_in(typed: &str) -> Result<String, String> {
    let text = compatible(typed).trim().to_owned();
    match text.is_empty() {
        true => Err("Fill this in.".into()),
        false => Ok(text),
    }
}

/// The typed text in quotation marks: a date input of a browser does not show a text that is not a date.
fn subject(text: &str) -> String {
    match text.chars().count() <= 30 && !text.contains(char::is_control) {
        true => format!("“{text}”"),
        false => "This".into(),
    }
}
