//! PostHog for any axum app: identity, counted delivery, flags, groups and errors with stacks.
