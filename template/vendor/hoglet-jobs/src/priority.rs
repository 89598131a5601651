//! [`Priority`]: what goes first.

/// What goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody waits for it.
    High,
    /// Everything else.
    #[default]
    Normal,
    /// After everything else, but for one turn in eight.
    Low,
}

impl Priority {
    /// All of them, the first to go first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// As it is stored.
    pub fn number(self) -> i16 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }
}
