//! One run of `hoglet dev`, from the first build to Ctrl+C.

use std::future::pending;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;

use crate::dev::app::{App, News, ProcessSettings};
use crate::dev::arguments::{Arguments, FirstBuild};
use crate::dev::build::{Built, Program, Readers, build};
use crate::dev::build_error::BuildError;
use crate::dev::console::{Addresses, Source, print_line};
use crate::dev::environment::Environment;
use crate::dev::error::Error;
use crate::dev::log_file::{LOG_FILE, LogFile};
use crate::dev::standin::Standin;
use crate::dev::update_hint::update_hint;
use crate::dev::watch::Watch;
use crate::interrupt::End;
use crate::project::Project;
use crate::signals::Signals;

pub struct Session {
    project: Project,
    first_build: FirstBuild,
    open: bool,
    signals: Signals,
    watch: Watch,
    /// `None` with the real PostHog.
    standin: Option<Standin>,
    build_error: BuildError,
    log_file: Arc<LogFile>,
    app: Option<App>,
    /// The app's port, which the next process takes over. A change of `.env` clears it.
    port: Option<u16>,
    addresses_printed: bool,
}

/// Whether the run continues.
type Flow = ControlFlow<End>;

impl Session {
    pub async fn start(
        project: Project,
        arguments: &Arguments,
        first_build: FirstBuild,
    ) -> Result<Self, Error> {
        let standin = if arguments.real_posthog {
            if !Environment::read(&project.root).may_have_token() {
                return Err(Error::NoToken {
                    file: project.root.join(".env"),
                });
            }
            None
        } else {
            Some(Standin::start(arguments, &project.root).await?)
        };
        Ok(Self {
            signals: Signals::listen().map_err(Error::Runtime)?,
            watch: Watch::start(&project.root)?,
            standin,
            build_error: BuildError::new()?,
            log_file: Arc::new(LogFile::create(&project.root)),
            project,
            first_build,
            open: arguments.open,
            app: None,
            port: None,
            addresses_printed: false,
        })
    }

    /// Runs until a signal ends it.
    ///
    /// The app ends first, so that its last events reach the stand-in.
    pub async fn run(mut self) -> Result<End, Error> {
        let worked = self.work().await;
        let ended = match &mut self.app {
            Some(app) => {
                let in_order = tokio::select! {
                    () = app.stop() => Ok(()),
                    _ = self.signals.next() => Err(Error::EndedEarly),
                };
                if in_order.is_err() {
                    app.stop_at_once().await;
                }
                in_order
            }
            None => Ok(()),
        };
        self.app = None;
        if let Some(standin) = self.standin {
            standin.stop().await;
        }
        worked.and_then(|end| ended.map(|()| end))
    }

    async fn work(&mut self) -> Result<End, Error> {
        loop {
            self.project.reread();
            // Without an app there are no pages.
            let readers = match self.app {
                Some(_) => Readers::PagesToo,
                None => Readers::Terminal,
            };
            let built = tokio::select! {
                biased;
                end = self.signals.next() => return Ok(end),
                built = build(&self.project, readers) => built?,
            };
            self.watch.built();
            match built {
                Built::Program(program) => {
                    self.build_error.clear()?;
                    if let Flow::Break(end) = self.restart(program).await? {
                        return Ok(end);
                    }
                }
                Built::Failed(_) if self.first_build == FirstBuild::MustStart => {
                    return Err(Error::NotBuilt {
                        folder: self.project.root.clone(),
                    });
                }
                Built::Failed(cargo_output) if self.app.is_some() => {
                    self.build_error.show(&cargo_output)?;
                    print_line(Source::Hoglet, "the last good build keeps serving");
                }
                Built::Failed(_) => print_line(Source::Hoglet, "waiting for a change"),
            }
            if let Flow::Break(end) = self.wait().await? {
                return Ok(end);
            }
        }
    }

    /// The old app frees its port before the new one takes it.
    async fn restart(&mut self, program: Program) -> Result<Flow, Error> {
        if let Some(app) = &mut self.app {
            tokio::select! {
                biased;
                end = self.signals.next() => return Ok(Flow::Break(end)),
                () = app.stop() => self.app = None,
            }
        }
        let settings = ProcessSettings {
            folder: &self.project.root,
            name: &self.project.name,
            posthog: self
                .standin
                .as_ref()
                .map(|standin| standin.address.as_str()),
            port: self.port,
            build_error: self.build_error.file(),
            log_file: &self.log_file,
        };
        self.app = Some(App::start(program, &settings)?);
        Ok(Flow::Continue(()))
    }

    /// Waits for a reason to build again, and reports what happens until then.
    async fn wait(&mut self) -> Result<Flow, Error> {
        loop {
            tokio::select! {
                biased;
                end = self.signals.next() => return Ok(Flow::Break(end)),
                news = news(&mut self.app) => match news {
                    News::Listens(address) => self.listens(&address),
                    News::Ended(status) => self.ended(status)?,
                },
                changed = self.watch.next() => {
                    print_line(Source::Hoglet, &format!("{} changed", changed.display()));
                    if changed == Path::new(".env") {
                        self.port = None;
                    }
                    return Ok(Flow::Continue(()));
                }
            }
        }
    }

    fn listens(&mut self, address: &str) {
        self.first_build = FirstBuild::MayFail;
        if let Some(standin) = &self.standin {
            standin.app_listens(address);
        }
        self.port = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        if self.addresses_printed {
            return;
        }
        self.addresses_printed = true;
        let standin = self
            .standin
            .as_ref()
            .map(|standin| standin.address.as_str());
        let posthog = standin.unwrap_or("PostHog itself, with the token in .env");
        let addresses = Addresses {
            project: &self.project.name,
            app: address,
            posthog,
            log: LOG_FILE,
        };
        addresses.print();
        if let Some(hint) = update_hint(&self.project) {
            print_line(Source::Hoglet, &hint);
        }
        if self.open {
            for page in standin.into_iter().chain([address]) {
                if let Err(cause) = open::that_detached(page) {
                    print_line(
                        Source::Hoglet,
                        &format!("cannot open a browser ({cause}); open {page} yourself"),
                    );
                }
            }
        }
    }

    fn ended(&mut self, status: ExitStatus) -> Result<(), Error> {
        self.app = None;
        if self.first_build == FirstBuild::MustStart {
            return Err(Error::NotStarted {
                folder: self.project.root.clone(),
            });
        }
        print_line(
            Source::Hoglet,
            &format!("the app ended ({status}); it starts again at the next change"),
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
