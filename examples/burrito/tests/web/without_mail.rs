//! Without a mail server in production: nothing is offered that would need mail, and the rest goes on.

use reqwest::StatusCode;

use crate::mailed::Mailed;
use crate::support::{App, PASSWORD, People};

#[tokio::test]
async fn nothing_is_offered_that_would_need_mail() {
    let app = App::with(&[("APP_ENV", "production")]).await;
    let ann = app.sign_up("Ann").await;
    assert!(
        app.run_jobs()
            .await
            .iter()
            .all(|ran| ran.job != "send_confirmation")
    );
    for path in [
        "/confirm-email",
        "/confirm-email/token",
        "/profile/email",
        "/profile/email/cancel",
    ] {
        assert_eq!(
            ann.post(path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let answer = ann.get("/confirm-email/token").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);

    let page = ann.get("/profile").await.text();
    for offer in [
        "/confirm-email",
        "/profile/email",
        "/forgot-password",
        "confirmed",
    ] {
        assert!(!page.contains(offer), "{offer}");
    }
    assert!(page.contains("ann@example.com"));
    assert_eq!(ann.get("/profile/sessions").await.status, StatusCode::OK);

    let form = [("current_password", PASSWORD)];
    assert_eq!(ann.post("/profile/delete", &form).await.location(), "/");
    assert_eq!(app.rows("users").await, 0);
    assert!(
        app.run_jobs()
            .await
            .iter()
            .all(|ran| ran.job != "send_notice")
    );
}
