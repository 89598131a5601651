//! The app as a package: the data of its manifest, and the folder of its sources.

/// The data of the app's manifest. The app makes it with [`package!`](crate::package!).
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// The name, such as `fancy-shop`.
    pub name: &'static str,
    /// A description of one sentence.
    pub description: &'static str,
    /// The version, such as `0.1.0`.
    pub version: &'static str,
    /// The version, and the git commit if the build knows it: `0.1.0+1a2b3c4d`.
    pub release: &'static str,
    /// The folder in which the app was compiled.
    pub folder: &'static str,
}

impl Package {
    /// The name for people: `Fancy Shop` for `fancy-shop`.
    pub fn title(&self) -> String {
        let words = self.name.split(['-', '_']).filter(|word| !word.is_empty());
        let words: Vec<String> = words
            .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
            .collect();
        words.join(" ")
    }
}

/// The [`Package`] of the crate that calls this macro.
///
/// The app's build script may name the release, as `APP_RELEASE`. Without it, the release is the
/// version.
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
