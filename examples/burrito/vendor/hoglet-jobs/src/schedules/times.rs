//! [`Times`]: when a schedule is due.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;

/// When a schedule is due.
#[derive(Debug)]
pub enum Times {
    /// At multiples of this many milliseconds since 1970.
    Every(i64),
    /// At the times of a cron expression, in a time zone.
    Cron(Box<Cron>, Tz),
}

impl Times {
    /// At whole multiples of an interval.
    pub fn every(interval: Duration) -> Result<Self, String> {
        match i64::try_from(interval.as_millis()) {
            Ok(milliseconds) if milliseconds >= 1_000 => Ok(Self::Every(milliseconds)),
            _ => Err("an interval is at least one second".to_owned()),
        }
    }

    /// At the times that match a cron expression.
    pub fn cron(times: &str, zone: &str) -> Result<Self, String> {
        let cron = times.parse::<Cron>().map_err(|error| {
            format!("{times:?} is not a cron expression such as \"30 8 * * MON\": {error}")
        })?;
        let zone = zone.parse().map_err(|_| {
            format!("{zone:?} is not a time zone such as \"UTC\" or \"Europe/Berlin\"")
        })?;
        // Some expressions match no time, such as 30 February.
        cron.find_next_occurrence(&Utc::now(), true)
            .map_err(|error| format!("{times:?} matches no time: {error}"))?;
        Ok(Self::Cron(Box::new(cron), zone))
    }

    /// The latest time that has come, in milliseconds since 1970.
    pub fn latest(&self, now: DateTime<Utc>) -> Option<i64> {
        match self {
            Self::Every(interval) => Some(now.timestamp_millis().div_euclid(*interval) * interval),
            Self::Cron(cron, zone) => {
                let now = now.with_timezone(zone);
                let latest = cron.find_previous_occurrence(&now, true).ok()?;
                Some(latest.timestamp_millis())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn latest(times: &Times, now: &str) -> String {
        let latest = times.latest(at(now)).unwrap();
        DateTime::from_timestamp_millis(latest)
            .unwrap()
            .to_rfc3339()
    }

    #[test]
    fn an_interval_comes_at_its_multiples() {
        let times = Times::every(Duration::from_secs(600)).unwrap();
        assert_eq!(
            latest(&times, "2026-11-21T12:09:59.999Z"),
            "2026-11-21T12:00:00+00:00"
        );
        assert_eq!(
            latest(&times, "2026-11-21T12:10:00Z"),
            "2026-11-21T12:10:00+00:00"
        );
    }

    #[test]
    fn cron_times_follow_the_clocks_of_their_zone_in_summer_and_in_winter() {
        let times = Times::cron("30 8 * * *", "Europe/Berlin").unwrap();
        assert_eq!(
            latest(&times, "2026-07-01T06:30:00.5Z"),
            "2026-07-01T06:30:00+00:00"
        );
        assert_eq!(
            latest(&times, "2026-07-01T06:29:59.5Z"),
            "2026-06-30T06:30:00+00:00"
        );
        assert_eq!(
            latest(&times, "2026-12-01T07:30:00Z"),
            "2026-12-01T07:30:00+00:00"
        );
    }

    #[test]
    fn a_time_that_the_clocks_skip_comes_and_one_that_they_repeat_comes_once() {
        let times = Times::cron("30 2 * * *", "Europe/Berlin").unwrap();
        let mut now = at("2026-03-28T12:00:00Z");
        let mut seen = BTreeSet::new();
        while now < at("2026-03-30T12:00:00Z") {
            seen.extend(times.latest(now));
            now += Duration::from_secs(420);
        }
        // The times of the day before, of the day without 2:30, and of the day after.
        assert_eq!(seen.len(), 3, "{seen:?}");

        let mut now = at("2026-10-24T12:00:00Z");
        let mut seen = BTreeSet::new();
        while now < at("2026-10-26T12:00:00Z") {
            seen.extend(times.latest(now));
            now += Duration::from_secs(420);
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
    }
}
