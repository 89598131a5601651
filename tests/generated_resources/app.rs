//! Apps that are made only with commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::generated;

const NAME: &str = "yard";

/// One command of every kind, and resources with fields of every type, optional and required.
const EVERYTHING: &[&[&str]] = &[
    &["resource", "category", "name:string:unique:search"],
    &[
        "resource",
        "specimen",
        "title:string:search:index",
        "nickname:string?",
        "body:text:search",
        "remark:text?",
        "amount:integer:index",
        "spare:integer?:index",
        "total:bigint:index",
        "most:bigint?",
        "weight:float",
        "height:float?:index",
        "price:decimal(10,2):index",
        "cost:decimal(10,2)?",
        "active:boolean:index",
        "seen:boolean?",
        "born:date:index",
        "died:date?:index",
        "starts_at:datetime",
        "ends_at:datetime?:index",
        "serial:uuid:unique",
        "batch:uuid?:index",
        "data:json",
        "extra:json?",
        "contact:email:private",
        "copy:email?",
        "site:url",
        "source:url?",
        "size:enum(small,medium,very_large):index",
        "grade:enum(a,b)?",
        "category:references",
        "parent:references(category)?",
        "reviewer:references(user)?",
        "salary:integer?:private",
    ],
    &[
        "resource",
        "article",
        "author:references(user)",
        "headline:string:search:index",
        "slug:string:unique",
        "body:text",
        "stage:enum(draft,published):index",
        "--public",
    ],
    &["resource", "Person", "user:references", "FirstName:string"],
    &[
        "resource",
        "aircraft",
        "reach:integer",
        "--plural",
        "aircraft_list",
    ],
    &[
        "model",
        "measurement",
        "value:float",
        "specimen:references",
        "note:string?:unique",
    ],
    &["migration", "add_price_to_articles", "price:decimal(10,2)?"],
    &[
        "migration",
        "remove_price_from_articles",
        "price:decimal(10,2)?",
    ],
    &[
        "migration",
        "create_shelves",
        "label:string",
        "depth:integer?:index",
    ],
    &[
        "migration",
        "drop_shelves",
        "label:string",
        "depth:integer?:index",
    ],
    &["migration", "tidy_up"],
    &["page", "about"],
    &["event", "order_placed", "item_count:integer"],
    &["flag", "free-shipping"],
    &["experiment", "headline", "control,bold"],
    &["job", "send_report", "user_id:uuid"],
    &["schedule", "cleanup", "0 3 * * *"],
    &["mail", "welcome"],
    &["setting", "stripe_key"],
];

/// A generated app, in the folder that all generated apps share.
pub struct App {
    pub folder: PathBuf,
}

impl App {
    fn new(database: &str) -> Self {
        let database = format!("database={database}");
        Self {
            folder: generated::new_app(NAME, &["--set", &database]),
        }
    }

    pub fn with_everything(database: &str) -> Self {
        let app = Self::new(database);
        for arguments in EVERYTHING {
            app.generate(arguments);
        }
        app.test_paging_of_rows_of_one_moment();
        app
    }

    /// An app without PostHog and without the demo.
    ///
    /// It has the tests of the template that need no PostHog.
    pub fn without_posthog_and_demo() -> Self {
        let app = Self::new("sqlite");
        app.edit("Cargo.toml", r#"["sqlite", "posthog"]"#, r#"["sqlite"]"#);
        app.hoglet(&["destroy", "demo"]);
        app.generate(&[
            "resource",
            "post",
            "title:string:search",
            "stars:integer?:index",
        ]);
        app.generate(&["page", "about"]);
        app.generate(&["job", "send_report", "user_id:uuid"]);
        app.generate(&["mail", "welcome"]);
        app
    }

    #[track_caller]
    pub fn generate(&self, arguments: &[&str]) {
        self.hoglet(&[&["generate"], arguments].concat());
    }

    /// Runs a command of `hoglet` that leaves nothing to do by hand.
    #[track_caller]
    pub fn hoglet(&self, arguments: &[&str]) {
        // The command works in every folder of the app.
        generated::run(
            Command::new(env!("CARGO_BIN_EXE_hoglet"))
                .args(arguments)
                .current_dir(self.folder.join("src")),
        );
    }

    /// Runs the checks that the app's author would run before a commit.
    #[track_caller]
    pub fn check(&self) {
        self.cargo(&["fmt", "--check"], &[]);
        let lints = ["--all-targets", "--", "--deny", "warnings"];
        self.cargo(&[&["clippy", "--locked"], &lints[..]].concat(), &[]);
        self.test(&[]);
    }

    /// Builds the app and runs its tests.
    #[track_caller]
    pub fn test(&self, environment: &[(&str, &str)]) {
        self.cargo(&["build", "--locked"], &[]);
        self.cargo(&["test", "--locked"], environment);
    }

    #[track_caller]
    fn cargo(&self, arguments: &[&str], environment: &[(&str, &str)]) {
        let mut cargo = generated::cargo(&self.folder);
        cargo.args(arguments);
        generated::run(cargo.envs(environment.iter().copied()));
    }

    /// The built binary, in a folder and with an empty environment.
    pub fn binary(&self, folder: &Path) -> Command {
        let mut command = Command::new(generated::target().join("debug").join(NAME));
        command.current_dir(folder).env_clear().env("PORT", "0");
        command
    }

    #[track_caller]
    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).expect("a readable file");
        assert!(text.contains(from), "{file} contains {from}");
        fs::write(&path, text.replacen(from, to, 1)).expect("a writable file");
    }

    /// Adds a test to the app, because only code of the app can give many rows the same `created_at`.
    fn test_paging_of_rows_of_one_moment(&self) {
        let test = self.folder.join("tests/web/rows_of_one_moment.rs");
        fs::write(test, include_str!("rows_of_one_moment.rs.txt")).expect("a writable folder");
        self.edit(
            "tests/web/main.rs",
            "mod reset_password;\n",
            "mod reset_password;\nmod rows_of_one_moment;\n",
        );
    }
}
