//! The list of modules of a Rust file.

use std::collections::BTreeSet;

use syn::{Item, ItemMod};

use super::lines::Lines;
use super::refusal::Refusal;
use super::rust::Source;
use super::spot::Spot;

/// Generated modules are the last group of the first list of modules.
///
/// A file with one group gets a second one, unless all modules of the first are `generated`.
pub fn find(
    source: &Source,
    lines: &Lines,
    text: &str,
    generated: &BTreeSet<String>,
) -> Result<Spot, Refusal> {
    let new = Source::parse(text)?;
    let new = new.file.items.iter().find_map(module);
    let Some(new) = new.map(|module| module.ident.to_string()) else {
        return Err(Refusal::new(1, format!("`{text}` declares no module")));
    };
    let items = &source.file.items;
    if let Some(taken) = items
        .iter()
        .filter_map(module)
        .find(|module| module.ident == new)
    {
        let line = source.first_line(&taken.ident) + 1;
        return Err(match taken.content {
            None => Refusal::there(line, &format!("mod {new}")),
            Some(_) => Refusal::new(line, format!("there is another `mod {new}`")),
        });
    }
    let is_listed = |item: &&Item| matches!(item, Item::Mod(module) if module.content.is_none());
    let list = items
        .iter()
        .skip_while(|item| !is_listed(item))
        .take_while(is_listed);
    let list: Vec<&ItemMod> = list.filter_map(module).collect();
    match list.last() {
        Some(last) => {
            let is_generated = |module: &&ItemMod| generated.contains(&module.ident.to_string());
            let is_own_group = list.iter().all(is_generated);
            Ok(among((source, lines), &list, (last, is_own_group), &new))
        }
        None => Ok(first(source, lines)),
    }
}

/// `is_own_group` is whether the list has generated modules only.
fn among(
    (source, lines): (&Source, &Lines),
    list: &[&ItemMod],
    (last, is_own_group): (&ItemMod, bool),
    new: &str,
) -> Spot {
    let after_list = source.last_line(last) + 1;
    let indentation = lines.indentation(source.first_line(last));
    let begins_group = |pair: &[&ItemMod]| {
        (source.last_line(pair[0])..source.first_line(pair[1])).any(|line| lines.is_blank(line))
    };
    let group = list
        .windows(2)
        .rposition(begins_group)
        .map(|at| &list[at + 1..]);
    let group = match group {
        Some(group) => group,
        None if lines.is_blank(after_list) && !is_own_group => {
            return Spot::before(after_list, indentation).with_blank_line(true);
        }
        None => list,
    };
    let later = |module: &&&ItemMod| module.ident.to_string().as_str() > new;
    let line = group.iter().find(later);
    let line = line.map_or(after_list, |module| source.first_line(*module));
    Spot::before(line, indentation)
}

/// The spot in a file without modules: after the imports, or after the comment of the file.
fn first(source: &Source, lines: &Lines) -> Spot {
    let items = &source.file.items;
    let imports = items.iter().take_while(|item| matches!(item, Item::Use(_)));
    let above = match (imports.last(), source.file.attrs.last()) {
        (Some(import), _) => source.last_line(import) + 1,
        (None, Some(comment)) => source.last_line(comment) + 1,
        (None, None) if items.is_empty() => lines.after_content(lines.len()),
        (None, None) => 0,
    };
    // Without a blank line here, `remove` could not know which blank line is new.
    let blank_line = above > 0 && lines.is_blank(above);
    Spot::before(above, String::new()).with_blank_line(blank_line)
}

fn module(item: &Item) -> Option<&ItemMod> {
    match item {
        Item::Mod(module) => Some(module),
        _ => None,
    }
}
