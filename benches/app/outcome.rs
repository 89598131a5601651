//! The figures of one scenario in one round, on one server.

use std::time::Duration;

use crate::load::Measured;

pub struct Outcome {
    pub scenario: &'static str,
    pub measured: Measured,
    /// In KiB.
    pub peak_memory: u64,
    pub cpu_time: Duration,
    /// The CPU time of this process, which sends the load.
    pub load_cpu_time: Duration,
}

impl Outcome {
    pub fn throughput(&self) -> f64 {
        self.measured.requests_per_second
    }

    /// In milliseconds.
    pub fn p50(&self) -> f64 {
        self.measured.p50.as_secs_f64() * 1e3
    }

    /// In milliseconds.
    pub fn p99(&self) -> f64 {
        self.measured.p99.as_secs_f64() * 1e3
    }

    /// In MiB.
    pub fn peak_memory(&self) -> f64 {
        self.peak_memory as f64 / 1024.0
    }

    /// The server's CPU time for one request, in microseconds.
    pub fn cpu_time_per_request(&self) -> f64 {
        self.cpu_time.as_secs_f64() * 1e6 / self.measured.requests as f64
    }

    /// The load generator's CPU time for one request, in microseconds.
    pub fn load_per_request(&self) -> f64 {
        self.load_cpu_time.as_secs_f64() * 1e6 / self.measured.requests as f64
    }
}

pub fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}
