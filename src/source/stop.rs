//! A wish to stop, which somebody else has while an input is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish to stop reading, shared by those who may have it and those who read.
///
/// A file is read no further than the packet that was lent last. What comes through a pipe is
/// read for another half a second, or to the pipe's end: whoever writes to it may have been asked
/// to stop, too, and writes out what it still has, as tcpdump does.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Wishes it. There is no way back.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody wishes it.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl From<Arc<AtomicBool>> for Stop {
    /// The wish is there when `flag` is set, as by a signal's handler.
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}
