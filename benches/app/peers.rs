//! The servers that the app is compared with.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;

use crate::bare_axum;
use crate::column::Column;
use crate::django;
use crate::loco;

/// The titles of their columns.
pub const BARE_AXUM: &str = "bare axum";
pub const LOCO: &str = "Loco";
pub const DJANGO: &str = "Django";

/// The environment variables that name the folders of the peers.
const LOCO_FOLDER: &str = "LOCO_APP";
const DJANGO_FOLDER: &str = "DJANGO_EXAMPLE";

pub struct Peers {
    pub columns: Vec<Column>,
    /// One sentence for each peer that is not measured.
    pub missing: Vec<String>,
}

/// Starts bare axum, and the peers whose folders are given.
pub async fn start(ours: &Column) -> Peers {
    let mut columns = vec![bare_axum::start(BARE_AXUM, ours).await];
    let mut missing = Vec::new();
    match folder(LOCO, LOCO_FOLDER) {
        Ok(folder) => columns.push(loco::start(LOCO, &folder, free_port()).await),
        Err(sentence) => missing.push(sentence),
    }
    match folder(DJANGO, DJANGO_FOLDER) {
        Ok(folder) => columns.push(django::start(DJANGO, &folder, free_port()).await),
        Err(sentence) => missing.push(sentence),
    }
    Peers { columns, missing }
}

fn folder(title: &str, variable: &str) -> Result<PathBuf, String> {
    let Some(folder) = env::var_os(variable) else {
        return Err(format!(
            "{title} was not measured: `{variable}` does not name its folder."
        ));
    };
    let folder = PathBuf::from(&folder).canonicalize();
    Ok(folder.unwrap_or_else(|error| panic!("the folder in {variable}: {error}")))
}

/// A port for a server that cannot choose a free one itself.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
