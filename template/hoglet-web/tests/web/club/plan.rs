//! The club's events and flags.

use hoglet_web::posthog::{Experiment, Flag};

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
