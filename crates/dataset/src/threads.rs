//! How parallel work is cut.

use crate::DatasetError;

/// Items that a thread does between two lines of the manifest: enough that threads seldom wait for each other,
/// few enough to lose little when a run is killed.
const ITEMS_A_THREAD: usize = 128;

/// How many items are done in parallel before they are written down in order.
pub(crate) fn chunk_size() -> usize {
    rayon::current_num_threads() * ITEMS_A_THREAD
}

/// Runs `work`, whose parallel parts use `threads` threads; 0 for those that there are.
pub(crate) fn with_threads<R: Send>(
    threads: usize,
    work: impl FnOnce() -> R + Send,
) -> Result<R, DatasetError> {
    if threads == 0 {
        return Ok(work());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| DatasetError::Threads { source: Box::new(error) })?;
    Ok(pool.install(work))
}
