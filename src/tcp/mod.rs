//! TCP reassembly: from segments to the two byte streams of each connection, with the packet
//! that brought every byte and with what the capture lacks as events of its own.

mod event;
mod flow;
mod reassembly;
mod reorder;
mod sequence;
mod table;

pub use event::{Arrival, Chunk, End, Gap, GapCause, StreamEvent};
pub use flow::{Flow, FlowEvent, Way, Ways};
pub use reassembly::Direction;
pub use table::{FlowTable, Retired, Slot};
