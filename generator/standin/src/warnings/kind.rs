//! The kinds of mistakes, each with its severity and its remedy.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    TwoUsersInOnePerson,
    MergeRefused,
    EventIgnored,
    SharedId,
    TwoPeopleInOneSession,
    EmailAsDistinctId,
    EmailInProperties,
    IdMismatch,
    SessionChanged,
    PropertiesLost,
    UnknownToken,
    RepeatedIdentify,
    NumberAsDistinctId,
    NoSession,
    InvalidProcessPersonProfile,
    ExceptionWithoutList,
    ExceptionWithoutType,
    ExceptionListTooLong,
    HandledOnCause,
    BlankGroupKey,
    // These are PostHog's own names (`ingestion-warning-types.ts`).
    MessageSizeTooLarge,
    GroupKeyTooLong,
    ClientIngestionWarning,
    IgnoredInvalidTimestamp,
    InvalidGroupSet,
    DistinctIdTruncated,
}

impl WarningKind {
    /// `error`: data is lost or belongs to the wrong person.
    ///
    /// `warning`: this is likely. `hint`: the data could be better.
    pub fn severity(self) -> &'static str {
        match self {
            Self::TwoUsersInOnePerson
            | Self::MergeRefused
            | Self::EventIgnored
            | Self::SharedId
            | Self::UnknownToken
            | Self::MessageSizeTooLarge
            | Self::ExceptionWithoutList
            | Self::BlankGroupKey
            | Self::GroupKeyTooLong => "error",
            Self::NumberAsDistinctId | Self::NoSession | Self::RepeatedIdentify => "hint",
            _ => "warning",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::TwoUsersInOnePerson => "Two users in one person",
            Self::MergeRefused => "Merge refused",
            Self::EventIgnored => "Event dropped",
            Self::SharedId => "A shared distinct id",
            Self::TwoPeopleInOneSession => "Two people in one session",
            Self::EmailAsDistinctId => "E-mail as distinct id",
            Self::EmailInProperties => "E-mail in an event's properties",
            Self::IdMismatch => "Two distinct ids in one event",
            Self::SessionChanged => "Session id changes mid-visit",
            Self::PropertiesLost => "Person properties lost",
            Self::UnknownToken => "Not a project token",
            Self::RepeatedIdentify => "Repeated `$identify`",
            Self::NumberAsDistinctId => "Number as distinct id",
            Self::NoSession => "Event without a session",
            Self::InvalidProcessPersonProfile => "`$process_person_profile` is not a boolean",
            Self::ExceptionWithoutList => "`$exception` without a list",
            Self::ExceptionWithoutType => "Exception without a type",
            Self::ExceptionListTooLong => "Too many causes",
            Self::HandledOnCause => "`handled` on a cause",
            Self::BlankGroupKey => "Group without a key",
            Self::MessageSizeTooLarge => "Event too large",
            Self::GroupKeyTooLong => "Group key too long",
            Self::ClientIngestionWarning => "An SDK's own warning",
            Self::IgnoredInvalidTimestamp => "A time that cannot be read",
            Self::InvalidGroupSet => "`$group_set` is not an object",
            Self::DistinctIdTruncated => "Distinct id cut",
        }
    }

    pub fn remedy(self) -> &'static str {
        match self {
            Self::TwoUsersInOnePerson => {
                "Make a new anonymous id after log-out, and never link an anonymous id twice."
            }
            Self::MergeRefused => {
                "Make a new anonymous id after log-out. For an alias, `distinct_id` is the user and `alias` the anonymous id."
            }
            Self::EventIgnored => {
                "Send it in the user's own context, without `$process_person_profile: false`."
            }
            Self::SharedId => {
                "Give every visitor an id of its own, such as a random UUID in a cookie."
            }
            Self::TwoPeopleInOneSession => {
                "Let browser and server use the same distinct id, and start a new session at log-out (`posthog.reset()`)."
            }
            Self::EmailAsDistinctId => {
                "Use an id that never changes and reveals nothing, such as the user's UUID; keep the e-mail in `$set`."
            }
            Self::EmailInProperties => {
                "Keep e-mails in person properties (`$set`): events are copied, exported and shared."
            }
            Self::IdMismatch => "Send the distinct id in one place only, or the same in both.",
            Self::SessionChanged => {
                "Pass the browser's session id to the server (tracing headers or posthog-js's cookie), and do not make one on the server."
            }
            Self::PropertiesLost => {
                "Send person properties in an event of an identified user, at best in `$set`."
            }
            Self::UnknownToken => {
                "Use the project token, which begins with `phc_`. PostHog answers 200 to a wrong one and drops all events."
            }
            Self::RepeatedIdentify => "Identify once at log-in, not on every request.",
            Self::NumberAsDistinctId => {
                "Row numbers can be guessed and collide between tables; use a UUID."
            }
            Self::NoSession => {
                "Set `$session_id`, so that the event joins the session and its replay."
            }
            Self::InvalidProcessPersonProfile => {
                "Send `false` (or nothing): anything else counts as `true`."
            }
            Self::ExceptionWithoutList => {
                "Send `$exception_list` with one entry at least, the error itself: without it PostHog makes no issue of the event."
            }
            Self::ExceptionWithoutType => {
                "Give every entry of `$exception_list` a `type`, such as the name of the error: PostHog groups issues by it."
            }
            Self::ExceptionListTooLong => {
                "Send the first 50 entries: PostHog's specification for SDKs allows no more."
            }
            Self::HandledOnCause => {
                "Send `mechanism.handled` with the first entry only: it says whether the error was handled that was caught, not its causes."
            }
            Self::BlankGroupKey => {
                "Send the group's own id as its key, or no group at all: PostHog ignores an empty key, and puts all events with a blank one into one group."
            }
            Self::MessageSizeTooLarge => {
                "Keep an event well under 1 MB: PostHog accepts the request and drops such an event."
            }
            Self::GroupKeyTooLong => {
                "Use the group's own short id as its key, 400 characters at most; keep the rest in `$group_set`."
            }
            Self::ClientIngestionWarning => {
                "The message is the SDK's own: PostHog lists it among its ingestion warnings and keeps no event."
            }
            Self::IgnoredInvalidTimestamp => {
                "Send ISO 8601 with a zone, such as `2026-01-01T12:00:00Z`: PostHog takes the time of arrival instead."
            }
            Self::InvalidGroupSet => {
                "Send the group's properties as an object: PostHog keeps the event and does not change the group."
            }
            Self::DistinctIdTruncated => {
                "Use ids of 200 characters at most: two long ids may be the same after the cut."
            }
        }
    }
}
