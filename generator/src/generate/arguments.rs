//! The arguments of `hoglet generate`.

use crate::generate::request::Kind;

/// The end of `hoglet generate --help`.
const FIELDS: &str = "\
Fields: NAME:TYPE[?][:unique][:index][:search][:private]
  string text integer bigint float decimal(10,2) boolean date datetime uuid json email url
  enum(draft,published)
  references          a row of another resource: `post:references`, `author:references(user)`
  ?                   optional; every other field is required
  :unique             no two rows of a user have the same value
  :index              lists can be sorted by it
  :search             the search box of the list searches it
  :private            personal data: masked in session replay, never a property of an event
Quote a field with brackets, a question mark or spaces: shells treat these characters specially.

Examples:
  hoglet generate resource post title:string:search 'body:text?' 'status:enum(draft,live):index'
  hoglet generate resource comment body:text post:references
  hoglet generate migration add_price_to_posts 'price:decimal(10,2)'
  hoglet generate page about
  hoglet generate event order_placed item_count:integer
  hoglet generate experiment headline control,bold
  hoglet generate schedule cleanup '0 3 * * *' Europe/Berlin
  hoglet generate setting stripe_key
  hoglet generate setting shipping_cents:integer     (or string, secret, boolean, url)

`hoglet destroy KIND NAME` removes everything again.

--json prints one object. `part` is the kind and the name. `created`, `changed` and `deleted` are
lists of paths. `kept` and `conflicts` are paths of files that were changed by hand. `by_hand` has
objects with `file`, `line`, `reason` and `text`. `next` has lines of text. With --dry-run, `diff`
is the diff.

The exit code is 0 if everything is done, 1 if there are conflicts or lines to add by hand, and 2
for a wrong argument.";

#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = FIELDS)]
pub struct Arguments {
    /// The kind of part to write
    #[arg(value_enum, hide_possible_values = true, required_unless_present_any = ["list", "eject"])]
    pub kind: Option<Kind>,

    /// Its name in the singular, such as `order_line` or `OrderLine`
    #[arg(required_unless_present_any = ["list", "eject"])]
    pub name: Option<String>,

    /// Fields, or the variants of an experiment, or the times of a schedule
    pub rest: Vec<String>,

    /// Everybody may read the rows of the resource; only their owner may change them
    #[arg(long)]
    pub public: bool,

    /// The plural of the name, if it is irregular
    #[arg(long, value_name = "NAME")]
    pub plural: Option<String>,

    /// Print every kind with an example
    #[arg(long, conflicts_with_all = ["kind", "eject"])]
    pub list: bool,

    /// Copy the templates of a kind to .hoglet/templates/, where you can change them
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        hide_possible_values = true,
        conflicts_with = "kind"
    )]
    pub eject: Option<Kind>,

    #[command(flatten)]
    pub output: Output,

    /// The time for the names of migrations, in seconds since 1970. By default it is now.
    ///
    /// No option sets it. `cargo xtask refresh` does, so that the example stays the same.
    #[arg(skip)]
    pub second: Option<u64>,
}

/// The options that `hoglet generate` and `hoglet destroy` share.
#[derive(Debug, Clone, clap::Args)]
pub struct Output {
    /// Write nothing; print the changes as a diff
    #[arg(long)]
    pub dry_run: bool,

    /// Print one JSON document on stdout
    #[arg(long)]
    pub json: bool,

    /// Overwrite or delete files that were changed by hand
    #[arg(long)]
    pub force: bool,
}
