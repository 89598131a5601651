//! `DATABASE_URL`.

use url::Url;

use super::reader::Reader;
use super::secret::Secret;

/// Reads the address. No error shows it, because it may contain a password.
pub(super) fn database_url(reader: &mut Reader) -> Secret {
    let url = reader.text_or_default("DATABASE_URL");
    let known = [
        (cfg!(feature = "sqlite"), "sqlite:", "sqlite"),
        (cfg!(feature = "postgres"), "postgres://", "postgres"),
        (cfg!(feature = "postgres"), "postgresql://", "postgres"),
    ];
    match known.iter().find(|(_, scheme, _)| url.starts_with(scheme)) {
        Some((true, "sqlite:", _)) =>
        {
            #[cfg(feature = "sqlite")]
            if let Err(reason) = SqliteFile::of(&url) {
                reader.error("DATABASE_URL", reason);
            }
        }
        // The driver's own message would show the address.
        Some((true, ..)) if Url::parse(&url).is_err() => reader.error(
            "DATABASE_URL",
            "is not an address such as postgres://user:password@host/database; in user and password write \
             @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25, a space as %20",
        ),
        Some((true, ..)) => {}
        Some((false, _, feature)) => reader.error(
            "DATABASE_URL",
            format_args!(
                "this build has no {feature} driver; build it with `--features {feature}`"
            ),
        ),
        None => reader.error("DATABASE_URL", "must begin with sqlite: or postgres://"),
    }
    Secret::new(url)
}

/// The file that a `sqlite:` address names, as the driver reads it.
#[cfg(feature = "sqlite")]
#[derive(Debug, PartialEq, Eq)]
pub struct SqliteFile {
    /// The path, percent-decoded.
    pub path: std::path::PathBuf,
    /// Whether the driver creates a missing file: `mode=rwc`.
    pub is_created: bool,
}

#[cfg(feature = "sqlite")]
impl SqliteFile {
    /// Finds the file of an address.
    ///
    /// # Errors
    ///
    /// If the address names no file that the driver can open.
    pub fn of(url: &str) -> Result<Self, String> {
        const EXAMPLE: &str = "such as sqlite://data/app.sqlite?mode=rwc";
        let options = url
            .parse::<sea_orm::sqlx::sqlite::SqliteConnectOptions>()
            .map_err(|error| {
                format!("is not the address of a file ({error}); use one {EXAMPLE}")
            })?;
        let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
        let modes: Vec<_> = form_urlencoded::parse(parameters.as_bytes())
            .filter_map(|(name, value)| (name == "mode").then_some(value))
            .collect();
        if address.ends_with(":memory:") || modes.iter().any(|mode| mode == "memory") {
            return Err(format!(
                "must name a file, {EXAMPLE}: a database in memory is lost with its last connection, and its connections \
                 block each other"
            ));
        }
        if Url::parse(url).is_err() {
            return Err(format!(
                "is not an address; write a space in it as %20, {EXAMPLE}"
            ));
        }
        let path = options.get_filename().to_owned();
        let text = path.to_string_lossy();
        if text.is_empty() {
            return Err(format!("names no file; use one {EXAMPLE}"));
        }
        // SQLite would parse this path as an address again, and decode it a second time.
        if text.starts_with("file:") || text.contains('\0') {
            return Err(format!("must hold only the path of the file, {EXAMPLE}"));
        }
        let is_created = modes.iter().any(|mode| mode == "rwc");
        Ok(Self { path, is_created })
    }
}
