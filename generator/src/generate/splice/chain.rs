//! The end of a method chain: the table of routes, the table of jobs.

use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

use super::functions::{body, tail};
use super::lines::{Lines, deeper};
use super::refusal::Refusal;
use super::rust::Source;
use super::spot::Spot;

pub fn find(source: &Source, lines: &Lines, function: &str, root: &str) -> Result<Spot, Refusal> {
    let body = body(source, function)?;
    let tail = tail(source, body, function)?;
    let (begin, last_call) = beginning(tail);
    if !is(source.text(begin), root) {
        return Err(Refusal::new(
            source.first_line(tail) + 1,
            format!("`{function}` does not return a chain that begins with `{root}`"),
        ));
    }
    let last_line = source.last_line(tail);
    let rest = source.after(tail.span()).trim();
    if !rest.is_empty() && !rest.starts_with("//") {
        return Err(Refusal::new(
            last_line + 1,
            format!("the chain in `{function}` does not end at the end of a line"),
        ));
    }
    let indentation = match last_call.map(|call| source.before(call.dot_token.span())) {
        Some(before) if before.trim().is_empty() => before.to_owned(),
        _ => deeper(&lines.indentation(source.first_line(tail))),
    };
    Ok(Spot::before(last_line + 1, indentation))
}

/// The expression on which the first method is called, and the last call.
fn beginning(tail: &Expr) -> (&Expr, Option<&ExprMethodCall>) {
    let mut begin = tail;
    while let Expr::MethodCall(call) = begin {
        begin = &call.receiver;
    }
    let last_call = match tail {
        Expr::MethodCall(call) => Some(call),
        _ => None,
    };
    (begin, last_call)
}

/// Whether `code` is `root`, or `root` after a longer path.
fn is(code: &str, root: &str) -> bool {
    let code: String = code.split_whitespace().collect();
    let root: String = root.split_whitespace().collect();
    code == root || code.ends_with(&format!("::{root}"))
}
