//! Renders the app from the template.

use std::borrow::Cow;

use hoglet::new::answers::Answers;
use hoglet::new::project_name::ProjectName;
use hoglet::new::render;
use hoglet::template::Template;

use crate::Tree;

/// The template from the disk. It may be newer than the one in the binary.
pub fn template(tree: &Tree) -> anyhow::Result<Template> {
    let tree = tree
        .iter()
        .map(|(path, contents)| (path.clone(), Cow::Owned(contents.clone())));
    Ok(Template::new(tree)?)
}

/// Renders the app with this name. Questions without an answer get their defaults.
pub fn render(template: &Template, name: &str, given: &[(&str, &str)]) -> anyhow::Result<Tree> {
    let name = ProjectName::new(name, template.locked_crates())?;
    let given: Vec<(String, String)> = given
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let mut answers = Answers::given(&template.questions, &given)?;
    answers.complete(&template.questions);
    let files = render::render(template, &name, &answers)?;
    Ok(files
        .into_iter()
        .map(|file| (file.path, file.contents.into_owned()))
        .collect())
}
