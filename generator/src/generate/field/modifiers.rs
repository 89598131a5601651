//! The modifiers after a field's type: `:unique`, `:index`, `:search`, `:private`.

use super::{Field, FieldType};

impl Field {
    /// The modifiers that are set.
    pub(super) fn modifiers(&self) -> Vec<&'static str> {
        let all = [
            ("unique", self.unique),
            ("index", self.index),
            ("search", self.search),
            ("private", self.private),
        ];
        let set = all.into_iter().filter(|(_, is_set)| *is_set);
        set.map(|(name, _)| name).collect()
    }

    pub(super) fn modify(&mut self, modifier: &str) -> Result<(), String> {
        let flag = match modifier {
            "unique" => &mut self.unique,
            "index" => &mut self.index,
            "search" => &mut self.search,
            "private" => &mut self.private,
            "?" | "optional" | "null" | "nullable" => {
                return Err("an optional field has a `?` after its type, as in `text?`".to_owned());
            }
            _ if modifier.ends_with('?') => {
                return Err(format!(
                    "the `?` belongs directly after the type, and not after `:{}`",
                    modifier.trim_end_matches('?')
                ));
            }
            "required" => return Err("a field without a `?` is required already".to_owned()),
            "" => return Err("a modifier is missing after a `:`".to_owned()),
            _ => {
                return Err(format!(
                    "`:{modifier}` is unknown; the modifiers are `:unique`, `:index`, `:search` and `:private`"
                ));
            }
        };
        if *flag {
            return Err(format!("`:{modifier}` appears twice"));
        }
        *flag = true;
        Ok(())
    }

    /// Refuses combinations that are of no use in a database or on a page.
    pub(super) fn makes_sense(&self) -> Result<(), String> {
        use FieldType::{Boolean, Email, Json, String as Line, Text, Url};
        let refuse = |reason: &str| Err(reason.to_owned());
        match self.kind {
            Boolean if self.unique => refuse("a unique boolean would allow only two rows"),
            Text | Json if self.unique => {
                refuse("`:unique` needs a short value, such as a `string`")
            }
            Text | Json if self.index => refuse("`:index` needs a short value, such as a `string`"),
            _ if self.unique && self.index => {
                refuse("`:unique` makes an index already; leave `:index` out")
            }
            Line | Text | Email | Url => Ok(()),
            _ if self.search => {
                refuse("`:search` is for words: `string`, `text`, `email` and `url`")
            }
            _ => Ok(()),
        }
    }
}
