//! Text that people type: Unicode normalization, and invisible characters.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

/// Characters that show nothing, although Unicode does not class them as spaces or ignorable.
///
/// They are the empty braille cell, a musical note without a head, and the filler of a script.
const BLANK: [char; 3] = ['\u{2800}', '\u{1d159}', '\u{16fe4}'];

/// A date in words, such as `1 December 2026`.
pub fn date(date: Date) -> String {
    let words = format_description!("[day padding:none] [month repr:long] [year]");
    date.format(&words).unwrap_or_default()
}

/// The day of a moment in words, such as `1 December 2026`.
pub fn day(moment: OffsetDateTime) -> String {
    date(moment.date())
}

/// A moment in words, such as `1 December 2026, 09:05 UTC`.
pub fn moment(moment: OffsetDateTime) -> String {
    let time = format_description!("[hour]:[minute]");
    let moment = moment.to_offset(UtcOffset::UTC);
    let time = moment.format(&time).unwrap_or_default();
    format!("{}, {time} UTC", day(moment))
}

/// A moment for programs, such as `2026-12-01T09:05:00Z` (RFC 3339). For properties of events.
pub fn timestamp(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(UtcOffset::UTC);
    moment.format(&Rfc3339).unwrap_or_default()
}

/// `Yes` or `No`.
pub fn yes_or_no(answer: bool) -> &'static str {
    match answer {
        true => "Yes",
        false => "No",
    }
}

/// Normalizes to NFC: an `ä` of two characters becomes one character.
pub fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Normalizes to NFKC: like NFC, and full-width letters, ligatures and special spaces become plain ones.
pub fn compatible(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// Whether a character shows nothing: spaces, control and format characters, fillers.
pub fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || BLANK.contains(&letter)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
        || category(letter) == GeneralCategory::Format
}

/// Whether a text shows anything. A combining mark alone does not count.
pub fn is_visible(text: &str) -> bool {
    let is_mark = |letter| GeneralCategoryGroup::Mark.contains(category(letter));
    text.chars()
        .any(|letter| !is_invisible(letter) && !is_mark(letter))
}

/// Prepares a text of one line for storage.
///
/// Removes the space around it, and the characters that change the direction of writing, which would also
/// change the text around it.
pub fn tidied(text: &str) -> String {
    let tidied: String = text
        .chars()
        .filter(|letter| !is_bidi_control(*letter))
        .collect();
    tidied.trim().to_owned()
}

/// The bidirectional controls: marks, embeddings, overrides and isolates.
fn is_bidi_control(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

fn category(letter: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(letter)
}

#[cfg(test)]
mod tests {
    use super::{compatible, is_visible, tidied};

    #[test]
    fn invisible_text_is_recognized() {
        for nothing in [
            "",
            " \t\u{a0}\u{3000}",
            "\u{200b}\u{200d}\u{feff}\u{2060}",
            "\u{3164}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{2800}\u{2800}",
            "\u{ad}\u{34f}",
            "\u{e0041}\u{e007f}",
            "\u{fe0f}\u{e0100}",
            "\u{202e}\u{2066}\u{61c}",
            "\u{17b4}\u{180e}\u{1d159}\u{1d173}",
            "\u{301}",
        ] {
            assert!(!is_visible(nothing), "{nothing:?}");
        }
        for something in ["A", "\u{200b}é", "李", "नि", "👩\u{200d}🚀", "-", "٣"] {
            assert!(is_visible(something), "{something:?}");
        }
    }

    #[test]
    fn a_tidied_text_has_no_bidirectional_controls() {
        assert_eq!(tidied("\u{202e} Ann\u{2069} Lee\u{200f} "), "Ann Lee");
        // Some languages and emoji need this character.
        assert_eq!(tidied("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn two_encodings_of_a_text_become_equal() {
        assert_eq!(compatible("a\u{308}"), "ä");
        assert_eq!(compatible("ｐａｓｓ\u{a0}ﬁ"), "pass fi");
    }
}
