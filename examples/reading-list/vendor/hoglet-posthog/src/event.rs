//! Events as types.

pub use posthog_rs::Event;
#[doc(hidden)]
pub use serde;
pub use serde::Serialize;

/// A hook that is called with each event before it is sent.
///
/// It returns the event, changed or not, or `None` to drop it. The hook `Some` changes and drops nothing.
pub type BeforeSend = fn(Event) -> Option<Event>;

/// An event. Its fields are its properties.
pub trait TrackedEvent: Serialize {
    /// The event's name in PostHog, such as `user_signed_up`.
    const NAME: &'static str;
}

/// Declares events, each with its name and its properties:
///
/// ```
/// hoglet_posthog::events! {
///     /// A visitor signed up.
///     "user_signed_up" => UserSignedUp { signup_method: &'static str },
///
///     /// A user logged out.
///     "user_logged_out" => UserLoggedOut {},
/// }
/// ```
///
/// An event is a struct with named fields, because each property in PostHog has a name.
#[macro_export]
macro_rules! events {
    ($($(#[$doc:meta])* $name:literal => $event:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Debug, $crate::event::Serialize)]
            #[serde(crate = "hoglet_posthog::event::serde")]
            pub struct $event {
                $($(#[$field_doc])* pub $field: $type),*
            }

            impl $crate::event::TrackedEvent for $event {
                const NAME: &'static str = $name;
            }
        )*
    };
}
