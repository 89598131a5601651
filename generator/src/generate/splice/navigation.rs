//! The links of `templates/base.html`: in `<nav>`, before its `{% if user %}` or inside it.

use super::lines::Lines;
use super::place::Audience;
use super::refusal::Refusal;
use super::spot::Spot;

pub fn find(lines: &Lines, audience: Audience) -> Result<Spot, Refusal> {
    let visible = without_comments(lines);
    let (start, end) = navigation(&visible)?;
    let Some((question, branch_end)) = branch_for_users(&visible, start, end) else {
        return Err(Refusal::new(start + 1, "`<nav>` has no `{% if user %}`"));
    };
    let is_profile = |&line: &usize| visible[line].contains("href=\"/profile\"");
    let profile = (question + 1..branch_end).find(is_profile);
    match (audience, profile) {
        (Audience::Everybody, _) => before(lines, question, "{%"),
        (Audience::Users, Some(profile)) => before(lines, profile, "<a"),
        (Audience::Users, None) => before(lines, branch_end, "{%"),
    }
}

/// The line of `{% if user %}`, and the line of its `{% else %}`, `{% elif … %}` or `{% endif %}`.
fn branch_for_users(visible: &[String], start: usize, end: usize) -> Option<(usize, usize)> {
    let tags = (start..=end).flat_map(|line| tags(&visible[line]).map(move |tag| (line, tag)));
    let mut tags = tags.skip_while(|(_, tag)| tag != "if user");
    let (question, _) = tags.next()?;
    let mut depth = 0_usize;
    for (line, tag) in tags {
        match tag.as_str() {
            "endif" if depth > 0 => depth -= 1,
            _ if tag.starts_with("if ") => depth += 1,
            _ if depth == 0 && (tag == "endif" || tag.starts_with("el")) => {
                return Some((question, line));
            }
            _ => {}
        }
    }
    None
}

/// The spot before a line, which must begin with the expected text.
fn before(lines: &Lines, line: usize, expected: &str) -> Result<Spot, Refusal> {
    if !lines.get(line).trim_start().starts_with(expected) {
        return Err(Refusal::new(
            line + 1,
            format!("a line of the navigation does not begin with its `{expected}`"),
        ));
    }
    Ok(Spot::before(line, lines.indentation(line)))
}

/// The first and the last line of the first `<nav>`.
fn navigation(visible: &[String]) -> Result<(usize, usize), Refusal> {
    let opens = |line: &String| {
        let mut rests = line.split("<nav").skip(1);
        rests.any(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '>']))
    };
    let Some(start) = visible.iter().position(opens) else {
        return Err(Refusal::new(1, "there is no `<nav>`"));
    };
    let mut rest = (start..visible.len()).skip_while(|&line| !visible[line].contains("</nav>"));
    let end = rest.next();
    end.map(|end| (start, end))
        .ok_or_else(|| Refusal::new(start + 1, "`<nav>` has no `</nav>`"))
}

/// The lines without `{# … #}` and `<!-- … -->`.
fn without_comments(lines: &Lines) -> Vec<String> {
    let mut comment = None;
    let lines = (0..lines.len()).map(|at| lines.get(at));
    lines.map(|line| visible(line, &mut comment)).collect()
}

/// The text of a line outside of comments.
///
/// `comment` is the end delimiter of a comment that began in an earlier line.
fn visible(line: &str, comment: &mut Option<&'static str>) -> String {
    let mut rest = line;
    let mut visible = String::new();
    loop {
        if let Some(end) = *comment {
            let Some((_, after)) = rest.split_once(end) else {
                return visible;
            };
            rest = after;
            *comment = None;
        }
        let begins = [("{#", "#}"), ("<!--", "-->")];
        let found = begins.map(|(begin, end)| rest.find(begin).map(|at| (at, begin, end)));
        let Some((at, begin, end)) = found.into_iter().flatten().min() else {
            return visible + rest;
        };
        visible.push_str(&rest[..at]);
        rest = &rest[at + begin.len()..];
        *comment = Some(end);
    }
}

/// The contents of each `{% … %}`, with one space between words.
fn tags(line: &str) -> impl Iterator<Item = String> {
    let tags = line
        .split("{%")
        .skip(1)
        .filter_map(|rest| rest.split_once("%}"));
    let inside = tags.map(|(inside, _)| inside.trim_matches(['-', '+']));
    inside.map(|inside| inside.split_whitespace().collect::<Vec<_>>().join(" "))
}
