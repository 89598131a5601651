//! The club's events and flags.

use posthog_rs::Event;

hoglet_web::events! {
    "member_joined" => MemberJoined {},
    "member_logged_in" => MemberLoggedIn {},
    "log_in_failed" => LogInFailed {},
    "member_logged_out" => MemberLoggedOut {},
    "bell_rung" => BellRung { rings: i64 },
    "pass_viewed" => PassViewed {},
    "lounge_viewed" => LoungeViewed {},
    "card_viewed" => CardViewed {},
    "card_changed" => CardChanged {},
    "vote_cast" => VoteCast { choice: &'static str },
    "window_broken" => WindowBroken { how: String },
}

hoglet_web::flags! {
    pub const NEW_LOUNGE: Flag = Flag::new("new-lounge");
    pub const GREETING: Experiment = Experiment::new("lounge-greeting", &["control", "warm", "bold"]);
}

/// Handles an event as its property `fate` says.
pub fn before_send(mut event: Event) -> Option<Event> {
    let fate = event.remove_prop("fate");
    match fate.as_ref().and_then(|fate| fate.as_str()) {
        Some("dropped") => return None,
        Some("panics") => panic!("the hook came off"),
        Some("changed") => {
            event.remove_prop("secret");
            event.insert_prop("seen", true).unwrap();
        }
        _ => {}
    }
    Some(event)
}
