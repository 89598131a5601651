//! `routes` and `layers`: lists that need no settings and no database.

use std::process::ExitCode;

use super::output::print_line;
use crate::app::CommandResult;
use crate::routes::Route;

/// Prints all routes: methods and path.
pub fn print_routes(routes: &[Route]) -> CommandResult {
    for route in routes {
        let methods = route.methods.join(", ");
        print_line(format_args!("{methods:<10} {}", route.path))?;
    }
    let proxy = "{POSTHOG_PROXY_PATH}/{*path}";
    print_line(format_args!("{:<10} {proxy}", "ANY"))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints all layers, from the outside in: name and reason.
pub fn print_layers(layers: &[(String, &'static str)]) -> CommandResult {
    let width = layers.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    for (name, why) in layers {
        print_line(format_args!("{name:width$}  {why}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
