//! [`Source`]: a parsed Rust file, with the positions of its parts.

use proc_macro2::Span;
use syn::File;
use syn::spanned::Spanned;

use super::refusal::Refusal;

pub struct Source<'a> {
    pub file: File,
    text: &'a str,
}

impl<'a> Source<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        let file = syn::parse_str(text).map_err(|error| {
            let line = error.span().start().line.max(1);
            let reason = match error.to_string().as_str() {
                "cannot parse string into token stream" => {
                    "a bracket or a quote has no partner".to_owned()
                }
                reason => reason.to_owned(),
            };
            Refusal::new(line, format!("it is not valid Rust: {reason}"))
        })?;
        Ok(Self { file, text })
    }

    /// The source code of an item.
    pub fn text(&self, item: &impl Spanned) -> &'a str {
        &self.text[item.span().byte_range()]
    }

    /// The index of the line in which an item begins.
    pub fn first_line(&self, item: &impl Spanned) -> usize {
        self.line(item.span().byte_range().start)
    }

    /// The index of the line in which an item ends.
    pub fn last_line(&self, item: &impl Spanned) -> usize {
        let bytes = item.span().byte_range();
        self.line(bytes.end.saturating_sub(1).max(bytes.start))
    }

    /// The text before an item on its line.
    pub fn before(&self, span: Span) -> &'a str {
        let text = &self.text[..span.byte_range().start];
        &text[text.rfind('\n').map_or(0, |at| at + 1)..]
    }

    /// The text after an item on its line.
    pub fn after(&self, span: Span) -> &'a str {
        let text = &self.text[span.byte_range().end..];
        text.split('\n').next().unwrap_or_default()
    }

    /// The text between two delimiters.
    pub fn between(&self, open: Span, close: Span) -> &'a str {
        &self.text[open.byte_range().end..close.byte_range().start]
    }

    /// The column at which an item ends, in bytes.
    pub fn end_column(&self, span: Span) -> usize {
        let end = span.byte_range().end;
        end - self.text[..end].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line(&self, byte: usize) -> usize {
        self.text[..byte].matches('\n').count()
    }
}
