//! The job `propose_book`.

use crate::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct ProposeBook {
    pub user_id: Uuid,
}

impl Job for ProposeBook {
    type State = AppState;

    const NAME: &'static str = "propose_book";

    async fn run(self, state: AppState, _: Run) -> JobResult {
        let transaction = begin(&state.database).await?;
        if user::lock(&transaction, self.user_id).await?.is_none() {
            // The account was deleted after the job was enqueued.
            return Ok(());
        }
        // Do the work here, in the transaction. The job may run twice, so make that harmless.
        transaction.commit().await?;
        Ok(())
    }
}
