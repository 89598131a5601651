//! Mail from processes: while a server hangs, over encrypted connections, and kept in development.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hoglet_web::database;
use hoglet_web::housekeeping::RemoveExpired;
use hoglet_web::jobs::Enqueuer;
use hoglet_web::jobs::model::{Entity, Model};
use hoglet_web::testing::{Process, Signal};
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::club::chores::Chore;
use crate::club::invite::Invite;
use crate::club::program::{BINARY, FOLDER};
use crate::mail_server::MailServer;

/// A running process, and its database.
async fn at_work(variables: &[(&str, &str)]) -> (Process, DatabaseConnection) {
    let process = Process::start(*BINARY, variables).await;
    let database = database::connect(&process.database_url()).await.unwrap();
    (process, database)
}

async fn invite(database: &DatabaseConnection) {
    let to = "ann@example.com".to_owned();
    Enqueuer::default()
        .enqueue(database, Invite { to })
        .await
        .unwrap();
}

/// Waits until the unfinished jobs meet a condition, and returns them.
async fn jobs(database: &DatabaseConnection, good: impl Fn(&[Model]) -> bool) -> Vec<Model> {
    let begin = Instant::now();
    loop {
        let jobs = Entity::find().all(database).await.unwrap();
        if good(&jobs) {
            return jobs;
        }
        assert!(begin.elapsed() < Duration::from_secs(15), "{jobs:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn while_a_mail_server_hangs_other_jobs_go_on_and_the_process_ends_in_time() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("smtp://{}", server.local_addr().unwrap());
    let variables = [("SMTP_URL", &*address), ("JOBS_CONCURRENCY", "2")];
    let (mut process, database) = at_work(&variables).await;
    for _ in 0..8 {
        invite(&database).await;
    }
    let runs = |job: &&Model| job.lease.is_some();
    let are_invites = |jobs: &[Model]| jobs.iter().all(|job| job.kind == "invite");
    jobs(&database, |jobs| jobs.iter().any(|job| runs(&job))).await;
    for _ in 0..20 {
        Enqueuer::default()
            .enqueue(&database, Chore::RingTheBell)
            .await
            .unwrap();
    }
    Enqueuer::default()
        .enqueue(&database, RemoveExpired {})
        .await
        .unwrap();
    // This is long before the timeout of the mail server.
    let left = jobs(&database, are_invites).await;
    assert_eq!(left.len(), 8);
    assert_eq!(left.iter().filter(runs).count(), 1, "one place is left");

    process.end(Signal::Terminate).await.assert_in_time();
    // No job has failed, and the next process can begin them at once.
    let left = Entity::find().all(&database).await.unwrap();
    let is_given_back = |job: &Model| job.lease.is_none() && job.error.is_none();
    assert!(left.iter().all(is_given_back), "{left:?}");
}

/// A certificate for this machine, which is trusted only if a setting says so.
fn certificate(folder: &Path) -> [String; 2] {
    let files = ["certificate", "key"].map(|name| folder.join(name).display().to_string());
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-out", &files[0], "-keyout", &files[1]])
        .output()
        .expect("openssl, which makes a certificate");
    assert!(made.status.success(), "{made:?}");
    files
}

#[tokio::test]
async fn an_encrypted_way_leads_to_the_server_that_the_certificate_names_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = &certificate(folder.path());
    for (option, scheme, end) in [
        ("--starttls", "smtp", "?tls=required"),
        ("--tls", "smtps", ""),
    ] {
        let Some(server) = MailServer::start(&[option, certificate, key, "--auth"]) else {
            return;
        };
        let port = server.port;
        let address = |host: &str| format!("{scheme}://ann:hunter2@{host}:{port}{end}");

        // The first certificate has no trusted authority, and the second is for another host.
        let trusting = ("SSL_CERT_FILE", &**certificate);
        let (localhost, number) = (address("localhost"), address("127.0.0.1"));
        for variables in [
            vec![("SMTP_URL", &*localhost)],
            vec![("SMTP_URL", &*number), trusting],
        ] {
            let (_process, database) = at_work(&variables).await;
            invite(&database).await;
            let jobs = jobs(&database, |jobs| jobs[0].error.is_some()).await;
            let error = jobs[0].error.as_deref().unwrap();
            assert!(error.contains("certificate"), "{error}");
            assert!(jobs[0].failed_at.is_none(), "it is tried again");
        }
        assert!(server.said(0).await.is_empty());

        let (_process, database) = at_work(&[("SMTP_URL", &localhost), trusting]).await;
        invite(&database).await;
        let said = server.said(2).await;
        assert_eq!(said[0]["right"], true, "{said:?}");
        assert_eq!(said[1]["encrypted"], true);
        jobs(&database, <[Model]>::is_empty).await;
    }
}

#[tokio::test]
async fn in_development_mail_is_kept_in_a_folder_and_the_log_says_where_to_read_it() {
    let folder = TempDir::new().unwrap();
    let variables = [
        ("APP_ENV", "development"),
        ("LOG_FORMAT", "json"),
        // This means every address of the machine. A browser cannot open it.
        ("HOST", "0.0.0.0"),
        (FOLDER, folder.path().to_str().unwrap()),
    ];
    let (mut process, database) = at_work(&variables).await;
    invite(&database).await;
    jobs(&database, <[Model]>::is_empty).await;
    let url = process.url.clone();
    assert!(url.starts_with("http://localhost:"), "{url}");
    let logged = process.end(Signal::Terminate).await.said_once("mail kept");

    let next = process.another().await;
    let browser = next.browser();
    let asked = browser.get_with("/dev/mail", &[("accept", "application/json")]);
    let mails: Value = asked.await.json();
    let mail = &mails[0];
    let id = mail["id"].as_str().unwrap();
    let file = folder.path().join(format!("data/mail/{id}.json"));
    assert!(file.exists());
    assert_eq!(mail["subject"], "Ben & Co invites you to a game");
    assert_eq!(mail["links"][0], format!("{url}/lounge?game=7"));
    // `hoglet dev` reads these fields.
    assert_eq!(logged["subject"], mail["subject"]);
    assert_eq!(logged["address"], format!("{url}/dev/mail/{id}"));
}
