//! Where packets come from. A source knows files and streams, their formats and how they end;
//! it knows nothing of what the packets hold.
//!
//! Files come from anyone: no length read from one sizes an allocation, and a file that breaks
//! off is read up to the break. Behind damage in its middle reading goes on where records can be
//! followed again. What could not be read is a value ([`Damage`], [`Ending`]) that goes into the
//! report; only an input that gives nothing at all is an error ([`OpenError`]).

mod about;
mod buffer;
mod captures;
mod compressed;
mod damage;
mod filter;
mod foreign;
mod input;
mod interface;
mod member;
mod memory;
mod merged;
mod pipe;
mod refusal;
#[cfg(test)]
pub(crate) mod samples;
mod savefile;
mod stop;
mod stream;
mod visited;

pub use about::{About, Comment, LeftOut, Secrets, Section};
pub use captures::{Captures, PassedOver};
pub use compressed::Compression;
pub use damage::{Damage, Damages};
pub use filter::{Expression, Fault, Filter, Unfit};
pub use input::{Break, Ending, Format, Input, Reason};
pub use interface::{Interface, Resolution, Statistics, Tally};
pub use member::Member;
pub use memory::{MemoryPacket, Packets};
pub use merged::{Merged, Part};
pub use refusal::{OpenError, Refusal};
pub use savefile::Savefile;
pub use stop::Stop;

use crate::packet::RawPacket;

/// Lends packets one after the other.
///
/// ```
/// # use wsblame::source::{PacketSource, Packets};
/// # let mut source = Packets::default();
/// while source.advance() {
///     if let Some(packet) = source.packet() {
///         println!("{} bytes", packet.bytes.len());
///     }
/// }
/// ```
pub trait PacketSource {
    /// Goes on to the next packet; `false` when there is none any more, be it at the end of the
    /// input or at a break that nothing can be read behind (the source's [`Input`] says which).
    fn advance(&mut self) -> bool;

    /// The packet that the source stands on: `None` before the first and behind the last.
    fn packet(&self) -> Option<RawPacket<'_>>;
}
