//! The change that a migration's name describes.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `add_price_to_posts`
    Add { what: String, table: String },
    /// `remove_price_from_posts`
    Remove { what: String, table: String },
    /// `create_posts`
    Create { table: String },
    /// `drop_posts`
    Drop { table: String },
    /// Any other name.
    Other,
}

impl Change {
    /// Reads a name in snake case.
    pub fn of(name: &str) -> Self {
        let pair = |verb, preposition| {
            let (what, table) = name.strip_prefix(verb)?.rsplit_once(preposition)?;
            Some((what.to_owned(), table.to_owned()))
        };
        let after = |verb| name.strip_prefix(verb).map(str::to_owned);
        if let Some((what, table)) = pair("add_", "_to_") {
            Self::Add { what, table }
        } else if let Some((what, table)) = pair("remove_", "_from_") {
            Self::Remove { what, table }
        } else if let Some(table) = after("create_") {
            Self::Create { table }
        } else if let Some(table) = after("drop_") {
            Self::Drop { table }
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_after_the_last_preposition() {
        let add = |what: &str, table: &str| Change::Add {
            what: what.to_owned(),
            table: table.to_owned(),
        };
        assert_eq!(Change::of("add_price_to_posts"), add("price", "posts"));
        assert_eq!(
            Change::of("add_reply_to_to_order_lines"),
            add("reply_to", "order_lines")
        );
        assert_eq!(
            Change::of("remove_sent_from_from_mails"),
            Change::Remove {
                what: "sent_from".to_owned(),
                table: "mails".to_owned()
            }
        );
        assert_eq!(Change::of("add_an_index"), Change::Other);
        assert_eq!(Change::of("rename_posts"), Change::Other);
    }
}
