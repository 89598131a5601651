//! `hoglet`: reads the arguments, runs, and says in one sentence what went wrong.

use std::process::ExitCode;

use clap::Parser;
use hoglet::cli::Cli;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // `--help` and `--version` arrive here too: printed on stdout, exit code 0.
        Err(usage) => {
            let usage = hoglet::cli::with_suggestion(usage);
            let printed = usage.print();
            return if usage.use_stderr() || printed.is_err() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    hoglet::run(cli).unwrap_or_else(|error| {
        let style = hoglet::colors::ERROR;
        anstream::eprintln!("{style}error:{style:#} {error}");
        error.exit_code()
    })
}
