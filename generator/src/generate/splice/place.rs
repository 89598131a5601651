//! [`Place`]: a place in a file for generated lines.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The list of modules of a Rust file. The text is `pub mod posts;`.
    ///
    /// Generated modules are a separate group after the others, sorted like rustfmt sorts.
    Modules,
    /// The end of the method chain that a function returns.
    ///
    /// The text is `.get("/posts", posts::index)`.
    ///
    /// `root` is the beginning of the chain, such as `Routes::default()`.
    Chain {
        function: &'static str,
        root: &'static str,
    },
    /// The end of the first `vec![…]` of a function.
    ///
    /// The text is an element with its comma.
    Vec { function: &'static str },
    /// The end of the braces of a macro call, such as `events` or `flags`.
    ///
    /// The text is an entry.
    Macro { name: &'static str },
    /// The end of a struct's fields.
    ///
    /// The text is a field with its doc comment and comma.
    Fields { of: &'static str },
    /// The end of the struct literal that a function returns.
    ///
    /// The text is `name: value,`.
    Literal { function: &'static str },
    /// The navigation in `templates/base.html`. The text is a link.
    Navigation(Audience),
    /// The end of a text file, such as `.env.example`, after a blank line.
    End,
}

/// The people who see a link in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Signed-in users: the link is inside the navigation's `{% if user %}`, before the link to the profile.
    Users,
    /// Users and visitors: the link is before the `{% if user %}`.
    Everybody,
}

impl Place {
    pub(super) fn is_rust(&self) -> bool {
        !matches!(self, Self::Navigation(_) | Self::End)
    }

    /// Whether a blank line may have been inserted with lines at this place.
    pub(super) fn has_blank_lines(&self) -> bool {
        matches!(self, Self::Modules | Self::Macro { .. } | Self::End)
    }

    pub(super) fn is_between_delimiters(&self) -> bool {
        matches!(
            self,
            Self::Vec { .. } | Self::Macro { .. } | Self::Fields { .. } | Self::Literal { .. }
        )
    }
}
