//! Facts about processes from the operating system. They are available on Linux only.
//!
//! The generator compiles this file too, so it uses only the standard library.

use std::fs;
use std::path::Path;

/// The process that listens on a TCP port of this machine: `process 4711 (postgres)`.
///
/// `None` if it is unknown, because it belongs to another user.
pub fn owner_of_port(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let owner = processes
        .filter(|process| is_number(&process.file_name().to_string_lossy()))
        .find(|process| holds(&process.path(), &sockets))?;
    let id = owner.file_name().to_string_lossy().into_owned();
    let name = fs::read_to_string(owner.path().join("comm")).unwrap_or_default();
    Some(format!("process {id} ({})", name.trim()))
}

/// The inodes of the sockets that listen on a port, from a table of the kernel.
///
/// Source: <https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html>.
fn listening(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    let rows = table
        .lines()
        .map(|row| row.split_ascii_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.len() > 9 && row[1].ends_with(&suffix) && row[3] == LISTEN)
        .map(|row| row[9].to_owned())
        .collect()
}

fn holds(process: &Path, sockets: &[String]) -> bool {
    let open = fs::read_dir(process.join("fd")).into_iter().flatten();
    open.flatten()
        .filter_map(|file| fs::read_link(file.path()).ok())
        .any(|target| {
            sockets
                .iter()
                .any(|socket| target.as_os_str() == socket.as_str())
        })
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this process has ignored SIGHUP since its start, as with `nohup`.
///
/// If so, it must continue when the terminal closes.
pub fn ignores_hangup() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| hangup_is_ignored(&status))
}

/// The line `SigIgn` has a bit for each signal; SIGHUP is number 1, the lowest.
fn hangup_is_ignored(status: &str) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_that_listens_on_a_port_is_found() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = std::net::TcpListener::bind(address) else {
                assert_ne!(address, "127.0.0.1:0", "there is always IPv4");
                continue;
            };
            let port = listener.local_addr().unwrap().port();
            let owner = owner_of_port(port).unwrap();
            let this = format!("process {} (", std::process::id());
            assert!(owner.starts_with(&this), "{owner}");
            drop(listener);
            assert_eq!(owner_of_port(port), None);
        }
    }

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F40 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 20 4 30 10 -1
   2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4713 1 0 100 0 0 10 0
";
        assert_eq!(listening(table, 8000), ["4711"]);
        assert!(listening(table, 80).is_empty());
    }

    #[test]
    fn an_ignored_hangup_is_recognized() {
        for (mask, ignored) in [
            ("0000000000000001", true),
            ("0000000000001001", true),
            ("0000000000001000", false),
        ] {
            let status = format!("Name:\tapp\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
            assert_eq!(hangup_is_ignored(&status), ignored, "{mask}");
        }
        assert!(!hangup_is_ignored(""));
    }
}
