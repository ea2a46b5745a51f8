//! From a packet to the TCP segment in it.

mod segment;

pub use segment::{Endpoint, Segment, TcpFlags};
