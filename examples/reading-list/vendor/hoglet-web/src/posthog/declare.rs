//! The macros with which an app declares its events and flags.

/// Declares events, each with its name and its properties:
///
/// ```
/// hoglet_web::events! {
///     /// Somebody made an account.
///     "user_signed_up" => UserSignedUp { signup_method: &'static str },
///
///     /// Somebody logged out.
///     "user_logged_out" => UserLoggedOut {},
/// }
/// ```
///
/// An event is a struct with named fields, because every property at PostHog has a name.
#[macro_export]
macro_rules! events {
    ($($(#[$doc:meta])* $name:literal => $event:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Debug, $crate::posthog::event::Serialize)]
            #[serde(crate = "hoglet_web::posthog::event::serde")]
            pub struct $event {
                $($(#[$field_doc])* pub $field: $type),*
            }

            impl $crate::posthog::TrackedEvent for $event {
                const NAME: &'static str = $name;
            }
        )*
    };
}

/// Declares an app's flags, and derives the list of all flags from the declarations.
///
/// `Flag` and `Experiment` need no import:
///
/// ```
/// hoglet_web::flags! {
///     /// Shows the new dashboard.
///     pub const NEW_DASHBOARD: Flag = Flag::new("new-dashboard");
///
///     /// Which headline the dashboard has.
///     pub const HEADLINE: Experiment = Experiment::new("headline", &["control", "bold"]);
/// }
/// assert_eq!(ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! flags {
    ($($(#[$doc:meta])* pub const $name:ident: $type:ty = $flag:expr;)*) => {
        #[allow(unused_imports, reason = "the list may be empty, and a file may import the types itself")]
        use $crate::posthog::flag_types::*;

        $($(#[$doc])* pub const $name: $type = $flag;)*

        /// Every flag above. Hoglet requests these flags from PostHog.
        pub const ALL: &[$crate::posthog::Declared] = &[$($name.declared()),*];
    };
}
