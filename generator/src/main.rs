//! `hoglet`: reads the arguments, runs the command, and reports an error.

use std::process::ExitCode;

use clap::Parser;
use hoglet::cli::Cli;
use hoglet::error::Error;
use hoglet::output;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // `--help` and `--version` arrive here too: printed on stdout, exit code 0.
        Err(usage) => {
            let usage = hoglet::cli::with_suggestion(usage);
            let printed = usage.print();
            if usage.use_stderr() {
                return ExitCode::from(2);
            }
            return output::end(printed).map_or_else(
                |cause| failed(&Error::Output(cause)),
                |()| ExitCode::SUCCESS,
            );
        }
    };
    hoglet::run(cli).unwrap_or_else(|error| failed(&error))
}

fn failed(error: &Error) -> ExitCode {
    let style = hoglet::colors::ERROR;
    output::log(format_args!("{style}error:{style:#} {error}"));
    error.exit_code()
}
