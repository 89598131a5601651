//! The archive of a release: the difference between its template and the release before, compressed.

use crate::template::Tree;

/// Packs a template. `before` is the template of the release before, empty for the first.
pub fn pack(before: &Tree, tree: &Tree) -> Vec<u8> {
    let _ = (before, tree);
    todo!()
}

/// Unpacks an archive.
pub fn unpack(
    before: &Tree,
    archive: &[u8],
) -> Result<Tree, Box<dyn std::error::Error + Send + Sync>> {
    let _ = (before, archive);
    todo!()
}
