//! Timeouts of a mail server: one for each step, as RFC 5321 defines them.

use std::time::Duration;

use hoglet_web::mail::smtp::Smtp;
use hoglet_web::mail::{SendError, SmtpTimeouts, TIMEOUT};
use hoglet_web::settings::{MailServer, MailTls};
use lettre::Message;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(250);

const LONG: SmtpTimeouts = SmtpTimeouts {
    connection: MINUTE,
    greeting: MINUTE,
    command: MINUTE,
    data: MINUTE,
    block: MINUTE,
    end: MINUTE,
};

/// A server that answers until it reads this word, and then stops reading.
fn server_that_goes_silent_at(word: &'static str) -> MailServer {
    let socket = TcpSocket::new_v4().unwrap();
    // With a small buffer the server soon accepts no more data.
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.split();
        let mut lines = BufReader::new(reader).lines();
        let mut heard = "connected".to_owned();
        while heard != word {
            let answer = match heard.as_str() {
                "connected" => "220 mail.test\r\n",
                "DATA" => "354 go on\r\n",
                "EHLO" | "MAIL" | "RCPT" | "." | "QUIT" => "250 OK\r\n",
                _ => "",
            };
            writer.write_all(answer.as_bytes()).await.unwrap();
            let Ok(Some(line)) = lines.next_line().await else {
                return;
            };
            heard = line.split(' ').next().unwrap_or_default().to_owned();
        }
        std::future::pending::<()>().await;
    });
    MailServer {
        host: "127.0.0.1".into(),
        port,
        tls: MailTls::None,
        credentials: None,
    }
}

/// A mail that is larger than all buffers between client and server.
fn mail() -> Message {
    let line = "All work and no play makes Jack a dull boy.\r\n";
    Message::builder()
        .from("club@example.com".parse().unwrap())
        .to("ann@example.com".parse().unwrap())
        .body(line.repeat(300_000))
        .unwrap()
}

async fn send(silent_at: &'static str, timeouts: SmtpTimeouts) -> Result<(), SendError> {
    let server = server_that_goes_silent_at(silent_at);
    let smtp = Smtp::new(server, None).with_timeouts(timeouts);
    smtp.send(&mail()).await
}

#[tokio::test]
async fn a_silent_server_times_out_at_its_step_and_the_mail_is_retried_later() {
    let mut opening = LONG;
    opening.connection = Duration::from_secs(1);
    opening.greeting = SHORT;
    let mut command = LONG;
    command.command = SHORT;
    let mut data = LONG;
    data.data = SHORT;
    let mut block = LONG;
    block.block = SHORT;
    let mut end = LONG;
    end.end = SHORT;
    let mut sending = JoinSet::new();
    for (silent_at, timeouts, said) in [
        ("connected", opening, "no greeting within 1.25 seconds"),
        ("EHLO", opening, "no greeting within 1.25 seconds"),
        ("MAIL", command, "no answer to MAIL within 0.25 seconds"),
        ("RCPT", command, "no answer to RCPT within 0.25 seconds"),
        ("DATA", data, "no answer to DATA within 0.25 seconds"),
        (
            "All",
            block,
            "it stopped reading the mail within 0.25 seconds",
        ),
        (".", end, "no answer to the mail within 0.25 seconds"),
    ] {
        sending.spawn(async move { (said, send(silent_at, timeouts).await) });
    }
    for (said, sent) in sending.join_all().await {
        let error = sent.unwrap_err();
        assert!(matches!(error, SendError::Later(_)), "{error:?}");
        assert!(error.to_string().ends_with(said), "{error}");
    }
    send("nothing", LONG).await.unwrap();
}

#[test]
fn the_timeouts_are_those_of_the_rfc_and_fit_into_the_jobs_timeout() {
    let usual = SmtpTimeouts::RFC_5321;
    assert_eq!(usual.greeting, 5 * MINUTE);
    assert_eq!(usual.command, 5 * MINUTE);
    assert_eq!(usual.data, 2 * MINUTE);
    assert_eq!(usual.block, 3 * MINUTE);
    assert_eq!(usual.end, 10 * MINUTE);
    // The log-in, the sender, the recipient, and a mail of five blocks.
    let longest = usual.connection
        + usual.greeting
        + 4 * usual.command
        + usual.data
        + 5 * usual.block
        + usual.end;
    assert!(longest <= TIMEOUT, "{longest:?}");
}
