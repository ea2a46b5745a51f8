//! TCP reassembly: from segments to the two byte streams of each connection, with the packet
//! that brought every byte and with what the capture lacks as events of its own.

mod conflict;
mod doubt;
mod event;
mod flow;
mod hand;
mod reassembly;
mod recent;
mod reorder;
mod resets;
mod retries;
mod sequence;
mod signs;
mod table;
mod watch;

pub use conflict::{Conflict, Version};
pub use event::{Arrival, Chunk, End, Gap, GapCause, StreamEvent};
pub use flow::{Flow, FlowEvent, RoundTrip, Way, Ways};
pub use hand::{Foreign, Kind, Mark};
pub use reassembly::Direction;
pub use recent::Recent;
pub use resets::{GoesOn, InjectedReset, OutOfWindow};
pub use retries::{Repeated, Unanswered};
pub use signs::Signs;
pub use table::{FlowTable, Retired, Slot};
pub use watch::Anomaly;
