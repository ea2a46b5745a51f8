//! MPLS: a stack of labels, and behind it what only the routers that made it know.

use super::ethernet;
use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::{Carrier, Skipped, network};

/// Labels that say at the bottom of the stack what follows (RFC 3032 section 2.1).
const IPV4_EXPLICIT_NULL: u32 = 0;
const IPV6_EXPLICIT_NULL: u32 = 2;

/// One entry of the stack (RFC 3032 section 2.1).
pub(in crate::decode) fn label(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let entry = u32::from_be_bytes(*span.take_array()?);
    let is_bottom = entry & 0x100 != 0;
    if !is_bottom {
        return Ok(Layer::Link(Link::Mpls));
    }
    passed.carried_by(Carrier::Mpls);
    match entry >> 12 {
        IPV4_EXPLICIT_NULL => Ok(Layer::Ipv4),
        IPV6_EXPLICIT_NULL => Ok(Layer::Ipv6),
        _ => behind_labels(span),
    }
}

/// No other label tells what follows. IP is known by its version, as the routers on the way know it
/// (RFC 4928), but a pseudowire's Ethernet frame may begin with an address that looks like one; a
/// control word begins with four zeros (RFC 4448 section 4.6), as many addresses do. So a frame is
/// taken for one where it carries what is known, and IP cannot be read.
fn behind_labels(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    const CONTROL_WORD: usize = 4;
    /// A control word, an Ethernet header and the first byte behind it.
    const TOLD: usize = CONTROL_WORD + 15;
    let bytes = span.bytes();
    let first = *bytes.first().ok_or(span.shortage(1))?;
    match network::ip(span) {
        Ok(layer) if network::fits(span) || !ethernet::is_believable(bytes) => return Ok(layer),
        Ok(_) => return Ok(Layer::Ethernet),
        Err(_) => {}
    }
    if bytes.len() < TOLD && bytes.len() < span.wire() {
        return Err(Skipped::HeadersCut);
    }
    let behind = bytes.get(CONTROL_WORD..).unwrap_or_default();
    if first >> 4 == 0 && ethernet::is_believable(behind) {
        span.take(CONTROL_WORD)?;
        return Ok(Layer::Ethernet);
    }
    if ethernet::is_believable(bytes) {
        return Ok(Layer::Ethernet);
    }
    Err(Skipped::NotIp)
}
