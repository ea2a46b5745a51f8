//! The logs of packet filters, read as captures: what was decided about a packet, and the packet
//! from its IP header on.

use super::host;
use crate::decode::Skipped;
use crate::decode::layer::Layer;
use crate::decode::span::Span;

/// Bytes that the headers of both logs, and the fields of one, are padded to a multiple of.
const WORD: usize = 4;

/// The field of `NFLOG` that holds the packet (`NFULA_PAYLOAD`).
const PAYLOAD: u16 = 9;

/// The shortest header that `PFLOG` ever had: with one rule's number and no process.
const SHORTEST_PFLOG: usize = 45;

/// The log of the BSDs' packet filter: its own length without the padding, and the address family.
pub(in crate::decode) fn pflog(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[length, family] = span.take_array()?;
    let length = usize::from(length);
    if length < SHORTEST_PFLOG {
        return Err(Skipped::Malformed);
    }
    span.take(length.next_multiple_of(WORD) - 2)?;
    host::of_family([0, 0, 0, family])
}

/// The log of Linux' netfilter: address family, version and two bytes more, and fields, of which
/// the last holds the packet.
pub(in crate::decode) fn nflog(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[family, version, _, _] = span.take_array()?;
    if version != 0 {
        return Err(Skipped::NotIp);
    }
    loop {
        let &[one, other, third, fourth] = span.take_array()?;
        // In the byte order of the capturing host, as `NULL`. Types are small numbers, so only one
        // order gives one.
        let (length, field) = if third == 0 {
            (u16::from_be_bytes([one, other]), u16::from(fourth))
        } else {
            (
                u16::from_le_bytes([one, other]),
                u16::from_le_bytes([third, fourth]),
            )
        };
        let length = usize::from(length);
        let rest = length.checked_sub(WORD).ok_or(Skipped::Malformed)?;
        if field == PAYLOAD {
            span.limit(rest);
            return host::of_family([0, 0, 0, family]);
        }
        span.take(rest.next_multiple_of(WORD))?;
    }
}
