//! Ctrl-C. The first ends the reading, so that what was read is reported; the second ends the
//! program.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_default};

use crate::source::Stop;

/// The wish to stop that the user has from the first SIGINT or SIGTERM on.
pub(super) fn stop_on_interrupt() -> Stop {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the signal that sets the flag does not find it set.
        let registered = register_conditional_default(signal, Arc::clone(&flag))
            .and_then(|_id| register(signal, Arc::clone(&flag)));
        // Where it cannot be caught it ends the program, as it does by itself.
        drop(registered);
    }
    Stop::from(flag)
}
