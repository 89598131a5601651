//! [`Priority`]: which jobs run first.

/// Which jobs of a queue run first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A person waits for it.
    High,
    /// Everything else.
    #[default]
    Normal,
    /// After everything else, except for one claim in eight.
    Low,
}

impl Priority {
    /// All priorities, highest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// The number that is stored.
    pub fn number(self) -> i16 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }
}
