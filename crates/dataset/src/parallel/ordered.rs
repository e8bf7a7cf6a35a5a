//! Work in background threads whose results come in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Makes block `n` of a stream; `None` if it was told to stop meanwhile.
pub(crate) type Make<T> = Arc<dyn Fn(u64, &AtomicBool) -> Option<T> + Send + Sync>;

/// How many finished blocks of each thread may wait for the taker.
const BLOCKS_AHEAD: usize = 2;

/// Blocks 0, 1, 2 ... up to `end`, made by background threads: thread `t` of `n` makes the blocks `t`, `t + n`,
/// `t + 2 n` ..., so that their order depends on nothing. Dropping it stops the threads and waits for their end.
pub(crate) struct Blocks<T> {
    lanes: Vec<Lane<T>>,
    stop: Arc<AtomicBool>,
    make: Make<T>,
    next: u64,
    end: u64,
}

/// Where the blocks of one thread come from.
enum Lane<T> {
    Thread {
        blocks: Receiver<T>,
        thread: JoinHandle<()>,
    },
    /// The system has no thread left: the taker makes them.
    Taker,
}

impl<T: Send + 'static> Blocks<T> {
    pub(crate) fn start(threads: usize, end: u64, make: Make<T>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = threads.max(1).min(usize::try_from(end).unwrap_or(usize::MAX));
        let lanes = (0..threads as u64)
            .map(|lane| {
                let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
                let (make, stop) = (Arc::clone(&make), Arc::clone(&stop));
                let work = move || {
                    for block in (lane..end).step_by(threads) {
                        let Some(made) = make(block, &stop) else { return };
                        if sender.send(made).is_err() {
                            return;
                        }
                    }
                };
                match Builder::new().name(format!("captcha-stream-{lane}")).spawn(work) {
                    Ok(thread) => Lane::Thread { blocks, thread },
                    Err(_) => Lane::Taker,
                }
            })
            .collect();
        Self { lanes, stop, make, next: 0, end }
    }
}

impl<T> Iterator for Blocks<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.next >= self.end {
            return None;
        }
        let lane = (self.next % self.lanes.len() as u64) as usize;
        let block = match &self.lanes[lane] {
            Lane::Taker => (self.make)(self.next, &self.stop),
            Lane::Thread { blocks, .. } => match blocks.recv() {
                Ok(block) => Some(block),
                Err(_) => {
                    // Only a panic ends a thread before its last block is taken.
                    if let Lane::Thread { thread, .. } = std::mem::replace(&mut self.lanes[lane], Lane::Taker)
                        && let Err(panic) = thread.join()
                    {
                        std::panic::resume_unwind(panic);
                    }
                    None
                }
            },
        };
        self.next = if block.is_some() { self.next + 1 } else { self.end };
        block
    }
}

impl<T> Drop for Blocks<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let threads: Vec<JoinHandle<()>> = self
            .lanes
            .drain(..)
            .filter_map(|lane| match lane {
                // The receiver is dropped here, which wakes a thread that waits for room.
                Lane::Thread { thread, .. } => Some(thread),
                Lane::Taker => None,
            })
            .collect();
        for thread in threads {
            // A panic in a block that nobody wanted is nobody's concern.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn blocks_come_in_order_from_any_number_of_threads() {
        for threads in [1, 2, 5, 200] {
            let blocks: Vec<u64> =
                Blocks::start(threads, 100, Arc::new(|block, _| Some(block * 3))).collect();
            assert_eq!(blocks, (0..100).map(|block| block * 3).collect::<Vec<_>>(), "{threads}");
        }
        assert_eq!(Blocks::start(3, 0, Arc::new(|block, _| Some(block))).count(), 0);
    }

    #[test]
    fn dropping_stops_the_threads() {
        let alive = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&alive);
        let mut blocks = Blocks::start(
            3,
            u64::MAX,
            Arc::new(move |block, stop| {
                seen.fetch_add(1, Ordering::SeqCst);
                // The last lane is in the middle of a block that never ends by itself.
                while block == 5 && !stop.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
                seen.fetch_sub(1, Ordering::SeqCst);
                (!stop.load(Ordering::Relaxed)).then_some(block)
            }),
        );
        assert_eq!(blocks.next(), Some(0));
        drop(blocks);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
        // The threads hold the only other references; joined threads hold none.
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    #[should_panic(expected = "block 4 is cursed")]
    fn a_panic_in_a_thread_is_not_lost() {
        let make: Make<u64> = Arc::new(|block, _| {
            assert_ne!(block, 4, "block 4 is cursed");
            Some(block)
        });
        Blocks::start(2, 10, make).for_each(drop);
    }
}
