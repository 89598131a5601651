//! The CPU time that Linux counts for a process.

use std::fs;
use std::time::Duration;

/// The time in user mode and in the kernel, of the process itself and of all commands that it has waited for.
///
/// Numbers of fields after the program's name in `/proc/ID/stat`; the first has the number 0.
const TIMES: [usize; 4] = [11, 12, 13, 14];
/// Linux counts these times in hundredths of a second on every machine.
const TICK: Duration = Duration::from_millis(10);

pub fn cpu_time(id: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("the process is running");
    let (_, after_name) = stat.rsplit_once(") ").expect("the name is in parentheses");
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks = TIMES.map(|field| fields[field].parse::<u32>().expect("a number"));
    TICK * ticks.into_iter().sum::<u32>()
}
