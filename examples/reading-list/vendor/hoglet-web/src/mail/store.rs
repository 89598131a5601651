//! Mail that is stored instead of sent: in development in a folder, in tests in memory.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::rendered::RenderedMail;

/// How many mails are kept. The oldest are removed first.
pub const MAX_MAILS: usize = 500;

/// A stored mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredMail {
    /// A newer mail has a greater id.
    pub id: Uuid,
    /// The recipient's address.
    pub to: String,
    /// The sender, as `MAIL_FROM` names it.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// Every `http://` and `https://` address in the text.
    pub links: Vec<String>,
    /// When it was stored, such as `2026-11-21T12:00:00Z`.
    pub at: String,
    /// The headers that a mail server would have received.
    pub headers: String,
}

/// Where mail is stored. In a folder each mail is a file, which remains after the process has ended.
#[derive(Clone, Debug)]
pub enum MailStore {
    /// In this folder.
    Folder(PathBuf),
    /// In this process.
    Memory(Arc<Mutex<VecDeque<StoredMail>>>),
}

impl StoredMail {
    pub(super) fn new(mail: RenderedMail) -> Self {
        let at = OffsetDateTime::now_utc();
        let at = at.replace_nanosecond(0).unwrap_or(at);
        let header = |name| mail.message.headers().get_raw(name).unwrap_or_default();
        let to = mail.message.envelope().to().first();
        Self {
            id: Uuid::now_v7(),
            to: to.map_or_else(String::new, ToString::to_string),
            from: header("From").to_owned(),
            headers: headers(&mail.message),
            links: links(&mail.text),
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            at: at.format(&Rfc3339).expect("this year has four digits"),
        }
    }
}

impl MailStore {
    /// Adds a mail.
    pub(super) async fn add(&self, mail: StoredMail) -> io::Result<()> {
        match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || {
                    write(&folder, &mail)?;
                    for old in ids(&folder)?.into_iter().skip(MAX_MAILS) {
                        remove(&folder, old)?;
                    }
                    Ok(())
                })
                .await
            }
            Self::Memory(mails) => {
                let mut mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
                mails.push_front(mail);
                mails.truncate(MAX_MAILS);
                Ok(())
            }
        }
    }

    /// All mails, newest first.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub async fn all(&self) -> io::Result<Vec<StoredMail>> {
        match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || {
                    let ids = ids(&folder)?.into_iter();
                    Ok(ids.filter_map(|id| read(&folder, id)).collect())
                })
                .await
            }
            Self::Memory(mails) => {
                let mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(mails.iter().cloned().collect())
            }
        }
    }

    /// Removes all mails.
    ///
    /// # Errors
    ///
    /// If a mail cannot be removed.
    pub async fn clear(&self) -> io::Result<()> {
        match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || {
                    ids(&folder)?
                        .into_iter()
                        .try_for_each(|id| remove(&folder, id))
                })
                .await
            }
            Self::Memory(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).clear();
                Ok(())
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Writes to another name and renames, so that a concurrent reader never sees half a mail.
fn write(folder: &Path, mail: &StoredMail) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = file(folder, mail.id);
    let unfinished = file.with_extension("new");
    fs::write(&unfinished, serde_json::to_vec_pretty(mail)?)?;
    fs::rename(&unfinished, &file)
}

/// Reads a mail. `None` if it was removed meanwhile, or if an older version wrote another format.
fn read(folder: &Path, id: Uuid) -> Option<StoredMail> {
    serde_json::from_slice(&fs::read(file(folder, id)).ok()?).ok()
}

fn remove(folder: &Path, id: Uuid) -> io::Result<()> {
    match fs::remove_file(file(folder, id)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file(folder: &Path, id: Uuid) -> PathBuf {
    folder.join(format!("{id}.json"))
}

/// The ids of all mails, newest first.
fn ids(folder: &Path) -> io::Result<Vec<Uuid>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    let id = |name: std::ffi::OsString| name.to_str()?.strip_suffix(".json")?.parse().ok();
    let mut ids: Vec<Uuid> = names.filter_map(id).collect();
    ids.sort_unstable_by(|one, other| other.cmp(one));
    Ok(ids)
}

/// The headers: everything before the first empty line.
fn headers(mail: &lettre::Message) -> String {
    let mail = mail.formatted();
    let mail = String::from_utf8_lossy(&mail);
    let (headers, _) = mail.split_once("\r\n\r\n").unwrap_or_default();
    headers.replace("\r\n", "\n") + "\n"
}

/// The addresses that mail programs turn into links.
fn links(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
    let links = words.filter_map(|word| {
        let begin = word.find("http://").or_else(|| word.find("https://"))?;
        let link = word[begin..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        (!link.ends_with('/') || link.matches('/').count() > 2).then(|| link.to_owned())
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_as_mail_programs_find_them() {
        let text = "See https://example.com/a?b=c#d, or (http://localhost:8000/x/y_z-0).\n\
                    <https://example.com>! No http:// and no ftp://example.com";
        let found = [
            "https://example.com/a?b=c#d",
            "http://localhost:8000/x/y_z-0",
            "https://example.com",
        ];
        assert_eq!(links(text), found);
    }
}
