//! The job `tidy_shelves`. `src/jobs.rs` has the times at which it runs.

use crate::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct TidyShelves {}

impl Job for TidyShelves {
    type State = AppState;

    const NAME: &'static str = "tidy_shelves";

    async fn run(self, state: AppState, _: Run) -> JobResult {
        let transaction = begin(&state.database).await?;
        // Do the work here, in the transaction. The job may run twice, so make that harmless.
        transaction.commit().await?;
        Ok(())
    }
}
