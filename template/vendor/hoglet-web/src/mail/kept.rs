//! Mail that is kept instead of sent: in development in a folder, in tests in memory.

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

use super::letter::Letter;

/// More are not kept: the oldest go.
pub const MOST: usize = 500;

/// A mail that was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptMail {
    /// Newer ones have greater ids.
    pub id: Uuid,
    /// The recipient's address.
    pub to: String,
    /// As `MAIL_FROM` says it.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The part for those who read text.
    pub text: String,
    /// The part for those who read HTML.
    pub html: String,
    /// Every `http://` and `https://` address in the text.
    pub links: Vec<String>,
    /// When it would have been sent, such as `2026-11-21T12:00:00Z`.
    pub at: String,
    /// The headers as they would have travelled.
    pub headers: String,
}

/// Where mail is kept. In a folder it outlives the process, one file each.
#[derive(Clone, Debug)]
pub enum Keep {
    /// In this folder.
    Folder(PathBuf),
    /// In this process.
    Memory(Arc<Mutex<VecDeque<KeptMail>>>),
}

impl KeptMail {
    pub(super) fn new(letter: Letter) -> Self {
        let at = OffsetDateTime::now_utc();
        let at = at.replace_nanosecond(0).unwrap_or(at);
        let header = |name| letter.whole.headers().get_raw(name).unwrap_or_default();
        let to = letter.whole.envelope().to().first();
        Self {
            id: Uuid::now_v7(),
            to: to.map_or_else(String::new, ToString::to_string),
            from: header("From").to_owned(),
            headers: headers(&letter.whole),
            links: links(&letter.text),
            subject: letter.subject,
            text: letter.text,
            html: letter.html,
            at: at.format(&Rfc3339).expect("this year has four digits"),
        }
    }
}

impl Keep {
    /// Keeps a mail.
    pub(super) async fn add(&self, mail: KeptMail) -> io::Result<()> {
        match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || {
                    write(&folder, &mail)?;
                    for old in ids(&folder)?.into_iter().skip(MOST) {
                        remove(&folder, old)?;
                    }
                    Ok(())
                })
                .await
            }
            Self::Memory(mails) => {
                let mut mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
                mails.push_front(mail);
                mails.truncate(MOST);
                Ok(())
            }
        }
    }

    /// All mails, newest first.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be read.
    pub async fn all(&self) -> io::Result<Vec<KeptMail>> {
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

    /// Forgets them all.
    ///
    /// # Errors
    ///
    /// Where one cannot be removed.
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

/// By a rename: whoever reads meanwhile gets the whole mail or none.
fn write(folder: &Path, mail: &KeptMail) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = file(folder, mail.id);
    let aside = file.with_extension("new");
    fs::write(&aside, serde_json::to_vec_pretty(mail)?)?;
    fs::rename(&aside, &file)
}

/// Somebody may have taken it away meanwhile, or an older version have written it.
fn read(folder: &Path, id: Uuid) -> Option<KeptMail> {
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

/// The newest first.
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

/// As they travel: in front of the first empty line.
fn headers(mail: &lettre::Message) -> String {
    let mail = mail.formatted();
    let mail = String::from_utf8_lossy(&mail);
    let (headers, _) = mail.split_once("\r\n\r\n").unwrap_or_default();
    headers.replace("\r\n", "\n") + "\n"
}

/// What mail programs make a link of.
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
