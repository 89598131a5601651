//! From the first build to Ctrl+C.

use std::future::pending;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitStatus;

use super::app::{App, News};
use super::build::{Program, build};
use super::console::{self, Voice, say};
use super::signals::Signals;
use super::standin::Standin;
use super::watch::Watch;
use super::{Arguments, Error, First, Project};

pub struct Session {
    project: Project,
    first: First,
    open: bool,
    signals: Signals,
    watch: Watch,
    standin: Standin,
    app: Option<App>,
    /// Where the app listens, for the next one to listen there too. What `.env` says anew comes before it.
    port: Option<u16>,
    addresses_told: bool,
}

/// Whether it goes on; it breaks where it is interrupted.
type Flow = ControlFlow<()>;

impl Session {
    pub async fn start(
        project: Project,
        arguments: &Arguments,
        first: First,
    ) -> Result<Self, Error> {
        Ok(Self {
            signals: Signals::listen()?,
            watch: Watch::start(&project.root)?,
            standin: Standin::start(arguments, &project.root).await?,
            project,
            first,
            open: arguments.open,
            app: None,
            port: None,
            addresses_told: false,
        })
    }

    /// Runs until it is interrupted. The app ends first: the stand-in takes in what it still delivers.
    pub async fn run(mut self) -> Result<(), Error> {
        let worked = self.work().await;
        let ended = match &mut self.app {
            Some(app) => tokio::select! {
                () = app.stop() => Ok(()),
                () = self.signals.next() => Err(Error::EndedEarly),
            },
            None => Ok(()),
        };
        // Where it has not ended by now, it is killed.
        self.app = None;
        self.standin.stop().await;
        worked.and(ended)
    }

    async fn work(&mut self) -> Result<(), Error> {
        loop {
            let program = tokio::select! {
                biased;
                () = self.signals.next() => return Ok(()),
                program = build(&self.project, self.app.is_none()) => program?,
            };
            self.watch.built();
            match program {
                Some(program) => {
                    if self.restart(program).await?.is_break() {
                        return Ok(());
                    }
                }
                None if self.first == First::MustStart => {
                    return Err(Error::NotBuilt {
                        folder: self.project.root.clone(),
                    });
                }
                None if self.app.is_some() => {
                    say(Voice::Hoglet, "the last good build keeps serving");
                }
                None => say(Voice::Hoglet, "waiting for a change"),
            }
            if self.wait().await?.is_break() {
                return Ok(());
            }
        }
    }

    /// The old app frees its port before the new one takes it.
    async fn restart(&mut self, program: Program) -> Result<Flow, Error> {
        if let Some(app) = &mut self.app {
            tokio::select! {
                biased;
                () = self.signals.next() => return Ok(Flow::Break(())),
                () = app.stop() => self.app = None,
            }
        }
        self.app = Some(App::start(
            program,
            &self.project.root,
            &self.standin.address,
            self.port,
        )?);
        Ok(Flow::Continue(()))
    }

    /// Waits for a reason to build again, and tells what happens until then.
    async fn wait(&mut self) -> Result<Flow, Error> {
        loop {
            tokio::select! {
                biased;
                () = self.signals.next() => return Ok(Flow::Break(())),
                news = news(&mut self.app) => match news {
                    News::Listens(address) => self.listens(&address),
                    News::Ended(status) => self.ended(status)?,
                },
                changed = self.watch.next() => {
                    say(Voice::Hoglet, &format!("{} changed", changed.display()));
                    if changed == Path::new(".env") {
                        self.port = None;
                    }
                    return Ok(Flow::Continue(()));
                }
            }
        }
    }

    fn listens(&mut self, address: &str) {
        self.first = First::MayFail;
        self.standin.app_listens(address);
        self.port = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        if self.addresses_told {
            return;
        }
        self.addresses_told = true;
        console::addresses(&self.project.name, address, &self.standin.address);
        if self.open {
            for page in [&self.standin.address, address] {
                if let Err(cause) = open::that_detached(page) {
                    say(
                        Voice::Hoglet,
                        &format!("cannot open a browser ({cause}); open {page} yourself"),
                    );
                }
            }
        }
    }

    fn ended(&mut self, status: ExitStatus) -> Result<(), Error> {
        self.app = None;
        if self.first == First::MustStart {
            return Err(Error::NotStarted {
                folder: self.project.root.clone(),
            });
        }
        say(
            Voice::Hoglet,
            &format!("the app ended ({status}); the next change starts it again"),
        );
        Ok(())
    }
}

async fn news(app: &mut Option<App>) -> News {
    match app {
        Some(app) => app.news().await,
        None => pending().await,
    }
}
