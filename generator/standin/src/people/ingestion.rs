//! The result of an event's ingestion, with the reasons for every request that PostHog did not fulfil.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The longest id that fits into PostHog's table of persons, in characters.
pub const LONGEST_MERGED: usize = 400;

/// The effects of an event on persons, and the changes that PostHog refused.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Ingestion {
    /// The reason why PostHog drops the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<&'static str>,
    /// The event asked for a merge that was refused. The event itself is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// The event asked for a merge that had been done before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// The reason why PostHog does not apply `$set`, `$set_once` or `$unset`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties_lost: Option<&'static str>,
    /// Two users have become one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fused: Option<[String; 2]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// PostHog never merges one of the two ids.
    IllegalId(String),
    /// The id to be linked is not text.
    NotText {
        property: &'static str,
        value: String,
    },
    /// The person to be merged into the other is an identified user.
    AlreadyIdentified { from: String, into: String },
}

impl Serialize for Refused {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut refused = serializer.serialize_struct("Refused", 2)?;
        refused.serialize_field("reason", &self.reason())?;
        refused.serialize_field("remedy", self.remedy())?;
        refused.end()
    }
}

impl Refused {
    pub fn reason(&self) -> String {
        match self {
            Self::IllegalId(id) if id.trim().is_empty() => {
                "an empty id is one that PostHog never merges".to_owned()
            }
            Self::IllegalId(id) if id.chars().count() > LONGEST_MERGED => {
                let beginning: String = id.chars().take(20).collect();
                format!(
                    "`{beginning}…` has more than the {LONGEST_MERGED} characters that PostHog merges"
                )
            }
            Self::IllegalId(id) => format!(
                "`{id}` is an id that PostHog never merges: it looks like a mistake that many visitors would share"
            ),
            Self::NotText { property, value } => {
                let beginning: String = value.chars().take(40).collect();
                format!("`{property}` is not text but `{beginning}`, so PostHog drops the event")
            }
            Self::AlreadyIdentified { from, into } => {
                format!(
                    "`{from}` belongs to an identified person already, so it is not merged into `{into}`"
                )
            }
        }
    }

    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotText { .. } => "Send ids as text.",
            Self::IllegalId(_) => {
                "Give every visitor an id of its own, such as a random UUID in a cookie, and send no event without one."
            }
            Self::AlreadyIdentified { .. } => {
                "Make a new anonymous id after log-out, so that it never belongs to two users. For an alias, \
                 `distinct_id` is the user and `alias` the anonymous id: the other way round PostHog would \
                 empty the user into the visitor."
            }
        }
    }
}
