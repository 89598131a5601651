//! Merges of `.hoglet.toml`.

use hoglet::update::merge::{Merged, Sides, merge};
use hoglet::update::renames::Renames;

use crate::labels;
use crate::trees::require_nothing_lost;

const BASE: &str = "\
# Where this app came from: the template and the answers.
template_version = \"0.1.0\"

[answers]
project-name = \"my-app\"
database = \"sqlite\"
";

const THEIRS: &str = "\
# Where this app came from: the release of its template, and the answers.
template_version = \"0.2.0\"
template_hash = \"abc\"

[answers]
project-name = \"my-app\"
database = \"sqlite\"
mail = \"smtp\"
";

fn merge_origins(mine: &str) -> Merged {
    let sides = Sides {
        base: BASE,
        mine,
        theirs: THEIRS,
    };
    require_nothing_lost(".hoglet.toml", sides);
    merge(".hoglet.toml", sides, &labels(), &Renames::default())
}

#[test]
fn the_release_and_the_new_answers_are_set_and_the_rest_is_the_users() {
    let mine = "\
# Our app.
template_version = \"0.1.0\" # since May

own = true

[answers]
# Like our shop.
database = \"sqlite\"
project-name = 'my-app'

[ours]
key = 1
";
    let expected = "\
# Our app.
template_version = \"0.2.0\" # since May
template_hash = \"abc\"

own = true

[answers]
# Like our shop.
database = \"sqlite\"
project-name = \"my-app\"
mail = \"smtp\"

[ours]
key = 1
";
    let merged = merge_origins(mine);
    assert_eq!(merged.text, expected);
    assert_eq!(merged.conflicts, []);
}

#[test]
fn a_hash_is_replaced() {
    let mine = BASE.replace("\n\n[", "\ntemplate_hash = \"old\"\n\n[");
    let merged = merge_origins(&mine);
    let expected = THEIRS.replace(
        "# Where this app came from: the release of its template, and the answers.",
        "# Where this app came from: the template and the answers.",
    );
    assert_eq!(merged.text, expected);
}

#[test]
fn a_file_that_is_no_toml_is_merged_by_lines() {
    let merged = merge_origins(&BASE.replace("0.1.0\"", "0.1.0"));
    assert_eq!(merged.conflicts.len(), 1);
}

#[test]
fn answers_in_one_line_become_a_table() {
    let mine = "template_version = \"0.1.0\"\nanswers = { project-name = \"my-app\", database = \"postgres\" }\n";
    let expected = "\
template_version = \"0.2.0\"
template_hash = \"abc\"

[answers]
project-name = \"my-app\"
database = \"sqlite\"
mail = \"smtp\"
";
    let merged = merge_origins(mine);
    assert_eq!(merged.text, expected);
    assert_eq!(merged.conflicts, []);
}
