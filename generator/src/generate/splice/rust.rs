//! [`Source`]: a parsed Rust file, with the positions of its parts.

use std::ops::Range;

use proc_macro2::Span;
use syn::File;
use syn::spanned::Spanned;

use super::refusal::Refusal;

const BYTE_ORDER_MARK: &str = "\u{feff}";

pub struct Source<'a> {
    pub file: File,
    text: &'a str,
    /// The bytes before the text that syn reads.
    skipped: usize,
}

impl<'a> Source<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        let code = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let file = syn::parse_str(code).map_err(|error| {
            let line = error.span().start().line.max(1);
            let reason = match error.to_string().as_str() {
                "cannot parse string into token stream" => {
                    "a bracket or a quote has no partner".to_owned()
                }
                reason => reason.to_owned(),
            };
            Refusal::new(line, format!("it is not valid Rust: {reason}"))
        })?;
        Ok(Self {
            file,
            text,
            skipped: text.len() - code.len(),
        })
    }

    /// The source of an item, as it is written.
    pub fn text(&self, item: &impl Spanned) -> &'a str {
        &self.text[self.bytes(item.span())]
    }

    /// The index of the line in which an item begins.
    pub fn first_line(&self, item: &impl Spanned) -> usize {
        self.line(self.bytes(item.span()).start)
    }

    /// The index of the line in which an item ends.
    pub fn last_line(&self, item: &impl Spanned) -> usize {
        let bytes = self.bytes(item.span());
        self.line(bytes.end.saturating_sub(1).max(bytes.start))
    }

    /// What precedes an item on its line.
    pub fn before(&self, span: Span) -> &'a str {
        let text = &self.text[..self.bytes(span).start];
        &text[text.rfind('\n').map_or(self.skipped, |at| at + 1)..]
    }

    /// What follows an item on its line.
    pub fn after(&self, span: Span) -> &'a str {
        let text = &self.text[self.bytes(span).end..];
        text.split('\n').next().unwrap_or_default()
    }

    /// What is between two delimiters.
    pub fn between(&self, open: Span, close: Span) -> &'a str {
        &self.text[self.bytes(open).end..self.bytes(close).start]
    }

    /// How many bytes of its line precede the end of an item.
    pub fn end_column(&self, span: Span) -> usize {
        let end = self.bytes(span).end;
        end - self.text[..end].rfind('\n').map_or(0, |at| at + 1)
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let bytes = span.byte_range();
        bytes.start + self.skipped..bytes.end + self.skipped
    }

    fn line(&self, byte: usize) -> usize {
        self.text[..byte].matches('\n').count()
    }
}
