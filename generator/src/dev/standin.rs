//! The stand-in for PostHog in this process, and what it says of the events that browsers send.

use std::io::ErrorKind;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::console::{Source, print_line};
use super::{Arguments, Error};
use crate::posthog::{self, Journal, Server};

/// Lines printed at once; a load test must not scroll everything else away.
const LINES_AT_ONCE: usize = 20;

pub struct Standin {
    pub address: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Standin {
    pub async fn start(arguments: &Arguments) -> Result<Self, Error> {
        let server = bind(arguments).await?;
        let address = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(server, stopped));
        Ok(Self {
            address,
            stop,
            task,
        })
    }

    /// Prints what came in last, and ends.
    pub async fn stop(self) {
        // Both fail only where the task has ended already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn bind(arguments: &Arguments) -> Result<Server, posthog::Error> {
    let mut wanted = posthog::Arguments {
        flags: arguments.flags.clone(),
        posthog_js: arguments.posthog_js.clone(),
        ..posthog::Arguments::default()
    };
    wanted.port = arguments.posthog_port.unwrap_or(wanted.port);
    match Server::bind(&wanted).await {
        Err(posthog::Error::Listen { cause, .. })
            if cause.kind() == ErrorKind::AddrInUse && arguments.posthog_port.is_none() =>
        {
            wanted.port = 0;
            Server::bind(&wanted).await
        }
        result => result,
    }
}

async fn serve(server: Server, stopped: oneshot::Receiver<()>) {
    let mut journal = server.journal();
    let stop = async move {
        let printing = async {
            loop {
                journal.changed().await;
                print(&mut journal);
            }
        };
        tokio::select! {
            () = printing => {}
            _ = stopped => {}
        }
        print(&mut journal);
    };
    if let Err(error) = server.run(stop).await {
        print_line(Source::Posthog, &error.to_string());
    }
}

fn print(journal: &mut Journal) {
    let lines = journal.lines();
    for line in lines.iter().take(LINES_AT_ONCE) {
        print_line(Source::Posthog, line);
    }
    if lines.len() > LINES_AT_ONCE {
        let more = lines.len() - LINES_AT_ONCE;
        print_line(Source::Posthog, &format!("and {more} more"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_left_to_its_owner() {
        let usual = posthog::Arguments::default();
        // Where this fails, somebody else has it already.
        let _taken = Server::bind(&usual).await;
        let standin = Standin::start(&Arguments::default()).await.unwrap();
        assert_ne!(standin.address, format!("http://127.0.0.1:{}", usual.port));
        standin.stop().await;

        let asked_for = Arguments {
            posthog_port: Some(usual.port),
            ..Arguments::default()
        };
        assert!(matches!(
            Standin::start(&asked_for).await,
            Err(Error::Posthog(_))
        ));
    }
}
