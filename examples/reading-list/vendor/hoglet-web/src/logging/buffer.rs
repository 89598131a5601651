//! The log's buffer. While the app serves, its lines wait here for a moment, and one write takes many.
//!
//! No line is dropped. If the reader of the log is slow and the buffer is full, the threads that log wait.
//! Warnings and errors are written at once, after the lines before them.
//!
//! Known limitation: a process that is killed, as by `kill -9`, loses the lines that wait.

use std::io::{ErrorKind, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a line waits at most.
const LONGEST_WAIT: Duration = Duration::from_millis(10);
/// How many bytes wait at most. The thread that adds the line above this writes them all.
const MOST_WAITING: usize = 64 * 1024;
/// Pipes do not mix a write of this size with the writes of other processes (`PIPE_BUF` on Linux).
const MOST_AT_ONCE: usize = 4 * 1024;
/// The pause before another try, if standard error is a non-blocking pipe and full.
const PAUSE: Duration = Duration::from_millis(1);

/// Lines on their way to an output.
pub struct Lines {
    waiting: Mutex<Waiting>,
    /// Notified when a line waits, and when no more lines will.
    changed: Condvar,
    output: Mutex<Output>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Otherwise each line is written at once.
    may_wait: bool,
}

struct Output {
    writer: Box<dyn Write + Send>,
    /// The lines that are being written. Otherwise empty.
    lines: Vec<u8>,
}

impl Lines {
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            output: Mutex::new(Output {
                writer: Box::new(writer),
                lines: Vec::new(),
            }),
        }
    }

    /// Lets lines wait, until the returned value is dropped.
    pub fn buffered(self: Arc<Self>) -> Buffered {
        let lines = self.clone();
        let thread = thread::Builder::new().name("log".to_owned());
        lock(&self.waiting).may_wait = true;
        if thread.spawn(move || lines.write_regularly()).is_err() {
            lock(&self.waiting).may_wait = false;
        }
        Buffered(self)
    }

    /// Adds a line. It is written now if it is urgent.
    pub fn add(&self, line: &[u8], urgent: bool) {
        let mut waiting = lock(&self.waiting);
        let is_first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        let may_wait = waiting.may_wait && !urgent && waiting.lines.len() < MOST_WAITING;
        drop(waiting);
        if !may_wait {
            self.write();
        } else if is_first {
            self.changed.notify_one();
        }
    }

    /// Writes all lines that wait.
    fn write(&self) {
        // This lock is taken before the lines are, so that they keep their order.
        let mut output = lock(&self.output);
        let Output { writer, lines } = &mut *output;
        mem::swap(lines, &mut lock(&self.waiting).lines);
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(whole_lines(rest));
            // If the log cannot be written, this error cannot be logged either.
            let _ = write_all(writer, piece);
            rest = after;
        }
        lines.clear();
    }

    fn write_regularly(&self) {
        let mut waiting = lock(&self.waiting);
        while waiting.may_wait {
            if waiting.lines.is_empty() {
                let changed = self.changed.wait(waiting);
                waiting = changed.unwrap_or_else(PoisonError::into_inner);
            } else {
                drop(waiting);
                thread::sleep(LONGEST_WAIT);
                self.write();
                waiting = lock(&self.waiting);
            }
        }
    }
}

/// While this value lives, lines may wait.
pub struct Buffered(Arc<Lines>);

impl Drop for Buffered {
    fn drop(&mut self) {
        lock(&self.0.waiting).may_wait = false;
        self.0.changed.notify_one();
        self.0.write();
    }
}

/// The length of the first lines that fit into one write, or of the first line.
fn whole_lines(lines: &[u8]) -> usize {
    let is_end = |byte: &u8| *byte == b'\n';
    let fitting = &lines[..lines.len().min(MOST_AT_ONCE)];
    let end = fitting.iter().rposition(is_end);
    let end = end.or_else(|| lines.iter().position(is_end));
    end.map_or(lines.len(), |end| end + 1)
}

fn write_all(writer: &mut dyn Write, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match writer.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A panic leaves the lines as they should be, because nothing panics halfway through a change of them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufRead, BufReader, pipe};
    use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
    use std::time::Instant;

    use super::*;

    /// Each write, as text.
    fn writes() -> (Arc<Lines>, Receiver<String>) {
        struct Writes(Sender<String>);
        impl Write for Writes {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
                // The test may have ended.
                let _ = self.0.send(text);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (sender, receiver) = channel();
        (Arc::new(Lines::to(Writes(sender))), receiver)
    }

    #[test]
    fn lines_wait_until_a_warning_and_at_the_end_nothing_waits() {
        let (lines, writes) = writes();
        lines.add(b"start\n", false);
        assert_eq!(writes.try_recv().unwrap(), "start\n");
        {
            let _buffered = lines.clone().buffered();
            for line in ["1\n", "2\n"] {
                lines.add(line.as_bytes(), false);
            }
            lines.add(b"a warning\n", true);
            let written: String = writes.try_iter().collect();
            assert_eq!(written, "1\n2\na warning\n");
            lines.add(b"3\n", false);
        }
        let written: String = writes.try_iter().collect();
        assert_eq!(written, "3\n");
        lines.add(b"end\n", false);
        assert_eq!(writes.try_recv().unwrap(), "end\n");
    }

    #[test]
    fn a_line_does_not_wait_for_another_line() {
        let (lines, writes) = writes();
        let _buffered = lines.clone().buffered();
        for line in ["a visit\n", "a visit much later\n"] {
            lines.add(line.as_bytes(), false);
            let written = writes.recv_timeout(Duration::from_secs(30));
            assert_eq!(written.as_deref(), Ok(line));
        }
        let silence = writes.recv_timeout(LONGEST_WAIT * 2);
        assert_eq!(silence, Err(RecvTimeoutError::Timeout));
    }

    #[test]
    fn a_write_holds_whole_lines_and_no_more_than_a_pipe_takes_in_one_piece() {
        let (lines, writes) = writes();
        let long = "x".repeat(MOST_AT_ONCE * 2) + "\n";
        let short = "y".repeat(99) + "\n";
        {
            let _buffered = lines.clone().buffered();
            lines.add(short.as_bytes(), false);
            lines.add(long.as_bytes(), false);
            for _ in 0..100 {
                lines.add(short.as_bytes(), false);
            }
        }
        let writes: Vec<_> = writes.try_iter().collect();
        assert_eq!(
            writes.concat(),
            [&*short, &*long, &*short.repeat(100)].concat()
        );
        assert!(writes.len() < 20, "{}", writes.len());
        for write in writes {
            assert!(write.ends_with('\n'));
            assert!(write.len() <= MOST_AT_ONCE || write == long);
        }
    }

    #[test]
    fn a_reader_that_sleeps_gets_every_line_of_every_thread_in_order() {
        const COUNT: usize = 3_000;
        let (reader, writer) = pipe().unwrap();
        let lines = Arc::new(Lines::to(writer));
        let buffered = lines.clone().buffered();
        let start = Instant::now();
        let loggers = ["a", "b"].map(|name| {
            let lines = lines.clone();
            thread::spawn(move || {
                for number in 0..COUNT {
                    let line = format!("{name} {number} {}\n", "-".repeat(80));
                    lines.add(line.as_bytes(), number % 100 == 0);
                }
                start.elapsed()
            })
        });
        let sleep = Duration::from_millis(300);
        thread::sleep(sleep);
        let waiting = lock(&lines.waiting).lines.len();
        assert!(waiting < MOST_WAITING + 1_000, "it is bounded: {waiting}");
        let read = thread::spawn(move || {
            let mut next = [0, 0];
            for line in BufReader::new(reader).lines() {
                let line = line.unwrap();
                let mut words = line.split(' ');
                let next = &mut next[usize::from(words.next() == Some("b"))];
                assert_eq!(words.next().unwrap(), next.to_string());
                *next += 1;
            }
            next
        });
        for logger in loggers {
            assert!(logger.join().unwrap() >= sleep, "it waits for the reader");
        }
        drop((buffered, lines));
        assert_eq!(read.join().unwrap(), [COUNT, COUNT]);
    }

    #[test]
    fn a_full_pipe_that_does_not_block_loses_nothing() {
        struct Full(Arc<Mutex<Vec<u8>>>, bool);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.1 = !self.1;
                if self.1 {
                    return Err(ErrorKind::WouldBlock.into());
                }
                lock(&self.0).push(bytes[0]);
                Ok(1)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let written = Arc::new(Mutex::new(Vec::new()));
        let lines = Lines::to(Full(written.clone(), false));
        lines.add(b"every byte\n", true);
        assert_eq!(*lock(&written), b"every byte\n");
    }
}
