//! The features in folders of their own, such as `demo`.
//!
//! Each is added and removed as a whole.

use std::sync::LazyLock;

use hoglet_web::feature::Features;
use hoglet_web::posthog::Declared;

use crate::posthog::flags;
use crate::prelude::*;

/// Default destination after log-in.
pub const AFTER_LOG_IN: &str = "/profile";

/// All features.
pub const FEATURES: Features<AppState, user::Model> = Features(&[]);

/// The flags of `posthog/flags.rs`, and those of the features.
pub static FLAGS: LazyLock<Vec<Declared>> = LazyLock::new(|| FEATURES.flags(flags::ALL));
