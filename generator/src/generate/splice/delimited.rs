//! The end of a list between delimiters: a `vec!`, a macro's entries, a struct's fields, a struct literal.

use proc_macro2::Span;
use proc_macro2::extra::DelimSpan;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Fields, Item, Macro, Member};

use super::functions::{body, tail};
use super::lines::{Lines, deeper};
use super::refusal::Refusal;
use super::rust::Source;
use super::spot::Spot;

/// The end of the first `vec![…]` of a function.
pub fn vec(source: &Source, lines: &Lines, function: &str) -> Result<Spot, Refusal> {
    let body = body(source, function)?;
    let mut first = FirstVec(None);
    first.visit_block(body);
    let found = first.0.ok_or_else(|| {
        let line = source.first_line(body) + 1;
        Refusal::new(line, format!("`{function}` has no `vec![…]`"))
    })?;
    end(source, lines, &inside(found, "the `vec![…]`"), ',')
}

/// The end of the entries of a macro that the file calls once.
pub fn entries(source: &Source, lines: &Lines, name: &str, text: &str) -> Result<Spot, Refusal> {
    let called = |item: &&Macro| {
        item.path
            .segments
            .last()
            .is_some_and(|last| last.ident == name)
    };
    let macros = source.file.items.iter().filter_map(|item| match item {
        Item::Macro(item) => Some(&item.mac),
        _ => None,
    });
    let found: Vec<&Macro> = macros.filter(called).collect();
    let what = format!("`{name}! {{…}}`");
    match found[..] {
        [found] => {
            let inside = inside(found, &what);
            let separator = text.trim_end().chars().last().unwrap_or(',');
            let spot = end(source, lines, &inside, separator)?;
            Ok(spot.with_blank_line(inside.last.is_some()))
        }
        [] => Err(Refusal::new(1, format!("there is no {what}"))),
        [_, second, ..] => Err(Refusal::new(
            source.first_line(second) + 1,
            format!("there is more than one {what}"),
        )),
    }
}

/// The end of a struct's fields.
pub fn fields(source: &Source, lines: &Lines, name: &str, text: &str) -> Result<Spot, Refusal> {
    let mut structs = source.file.items.iter().filter_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(item),
        _ => None,
    });
    let found = structs.next();
    let found = found.ok_or_else(|| Refusal::new(1, format!("there is no struct `{name}`")))?;
    let Fields::Named(fields) = &found.fields else {
        let line = source.first_line(&found.ident) + 1;
        return Err(Refusal::new(
            line,
            format!("`{name}` has no fields with names"),
        ));
    };
    let new = field_name(text);
    for field in &fields.named {
        if field.ident.as_ref().is_some_and(|ident| ident == new) {
            let line = source.first_line(&field.ident) + 1;
            return Err(Refusal::new(line, format!("there is another `{new}`")));
        }
    }
    let inside = Inside {
        what: format!("`{name}`"),
        delimiters: fields.brace_token.span,
        last: fields.named.pairs().next_back().map(|last| last.span()),
    };
    end(source, lines, &inside, ',')
}

/// The end of the struct literal that a function returns.
pub fn literal(
    source: &Source,
    lines: &Lines,
    function: &str,
    text: &str,
) -> Result<Spot, Refusal> {
    let body = body(source, function)?;
    let tail = tail(source, body, function)?;
    let refuse = |reason: &str| {
        let line = source.first_line(tail) + 1;
        Err(Refusal::new(line, format!("`{function}` {reason}")))
    };
    let Expr::Struct(literal) = tail else {
        return refuse("does not return a struct with its fields");
    };
    if literal.dot2_token.is_some() {
        return refuse("returns a struct that takes fields from another one");
    }
    let new = field_name(text);
    for field in &literal.fields {
        if matches!(&field.member, Member::Named(name) if name == new) {
            let line = source.first_line(field) + 1;
            return Err(Refusal::new(line, format!("there is another `{new}`")));
        }
    }
    let inside = Inside {
        what: format!("the struct in `{function}`"),
        delimiters: literal.brace_token.span,
        last: literal.fields.pairs().next_back().map(|last| last.span()),
    };
    end(source, lines, &inside, ',')
}

struct Inside {
    what: String,
    delimiters: DelimSpan,
    /// The last token before the closing delimiter, or the last element with its comma.
    last: Option<Span>,
}

fn inside(call: &Macro, what: &str) -> Inside {
    Inside {
        what: what.to_owned(),
        delimiters: *call.delimiter.span(),
        last: call
            .tokens
            .clone()
            .into_iter()
            .last()
            .map(|last| last.span()),
    }
}

/// The spot before a closing delimiter, which must be alone on its line.
fn end(source: &Source, lines: &Lines, inside: &Inside, separator: char) -> Result<Spot, Refusal> {
    let (open, close) = (inside.delimiters.open(), inside.delimiters.close());
    let closing = source.first_line(&close);
    let refuse = |reason: &str| {
        Err(Refusal::new(
            closing + 1,
            format!("{} {reason}", inside.what),
        ))
    };
    let outer = lines.indentation(closing);
    if let Some(last) = inside.last {
        if !source.text(&last).ends_with(separator) {
            return refuse(&format!("has no `{separator}` after its last entry"));
        }
    } else if source
        .between(open, close)
        .trim_matches([' ', '\t'])
        .is_empty()
    {
        return Ok(Spot {
            divide: Some(source.end_column(open)),
            ..Spot::before(closing + 1, deeper(&outer))
        });
    }
    if !source.before(close).trim().is_empty() {
        return refuse("is not closed on a line of its own");
    }
    Ok(Spot::before(lines.after_content(closing), deeper(&outer)))
}

struct FirstVec<'a>(Option<&'a Macro>);

impl<'a> Visit<'a> for FirstVec<'a> {
    fn visit_macro(&mut self, call: &'a Macro) {
        if self.0.is_none() && call.path.is_ident("vec") {
            self.0 = Some(call);
        }
    }
}

/// The name in the text of a field: `stripe_key` in `pub stripe_key: String,`.
///
/// Doc comments and attributes before it are skipped.
fn field_name(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    let line =
        lines.find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with('#'));
    let name = line.and_then(|line| line.split([':', ',']).next());
    name.and_then(|name| name.split_whitespace().last())
        .unwrap_or_default()
}
