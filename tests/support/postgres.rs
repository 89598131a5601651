//! A PostgreSQL server: that of `TEST_POSTGRES_URL`, or a temporary one.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub struct Postgres {
    pub url: String,
    own: Option<Own>,
}

struct Own {
    programs: PathBuf,
    folder: TempDir,
}

impl Postgres {
    /// `None` if there is neither a server nor the programs to start one.
    pub fn find() -> Option<Self> {
        if let Ok(url) = env::var("TEST_POSTGRES_URL") {
            return Some(Self { url, own: None });
        }
        let own = Own {
            programs: programs()?,
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        let data = own.folder.path().join("data");
        if is_root() {
            // The server refuses to run as root.
            assert!(
                status(Command::new("chown").arg("postgres").arg(own.folder.path())),
                "chown"
            );
        }
        let initdb = [
            "--username=app",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        ];
        assert!(
            status(own.command("initdb").args(initdb).arg("-D").arg(&data)),
            "initdb"
        );

        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c fsync=off -p {port} -k {}",
            own.folder.path().display()
        );
        let log = own.folder.path().join("log");
        let mut start = own.command("pg_ctl");
        start
            .args(["start", "--wait", "--silent", "--options", &options])
            .arg("--log")
            .arg(log)
            .arg("-D")
            .arg(&data);
        assert!(status(&mut start), "pg_ctl start");
        Some(Self {
            url: format!("postgres://app@127.0.0.1:{port}/postgres"),
            own: Some(own),
        })
    }
}

impl Own {
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            status(
                own.command("pg_ctl")
                    .args(["stop", "--mode=immediate", "-D"])
                    .arg(own.folder.path().join("data")),
            );
        }
    }
}

/// Debian keeps the server's programs out of `PATH`.
fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    debian
        .chain(env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file())
}

fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(Path::new("/proc/self")).is_ok_and(|process| process.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}

fn status(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
