//! The app as a package: what its manifest says, and where its sources lay.

/// What the app's manifest says. Made by [`package!`](crate::package!), in the app.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Such as `fancy-shop`.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Such as `0.1.0`.
    pub version: &'static str,
    /// The version, and the git commit where the build knows it: `0.1.0+1a2b3c4d`.
    pub release: &'static str,
    /// The folder that the app was compiled in.
    pub folder: &'static str,
}

impl Package {
    /// `fancy-shop` as people write it: `Fancy Shop`.
    pub fn title(&self) -> String {
        let words = self.name.split(['-', '_']).filter(|word| !word.is_empty());
        let words: Vec<String> = words
            .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
            .collect();
        words.join(" ")
    }
}

/// The [`Package`] that this is written in. The app's build script may name the release, as
/// `APP_RELEASE`; without one the release is the version.
#[macro_export]
macro_rules! package {
    () => {
        $crate::package::Package {
            name: env!("CARGO_PKG_NAME"),
            description: env!("CARGO_PKG_DESCRIPTION"),
            version: env!("CARGO_PKG_VERSION"),
            release: match option_env!("APP_RELEASE") {
                Some(release) => release,
                None => env!("CARGO_PKG_VERSION"),
            },
            folder: env!("CARGO_MANIFEST_DIR"),
        }
    };
}
