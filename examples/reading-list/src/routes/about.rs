//! `/about`

use crate::prelude::*;

pub async fn show(page: Page) -> Result<Html<String>> {
    page.render("about.html", context! {})
}
