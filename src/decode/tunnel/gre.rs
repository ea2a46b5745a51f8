//! Generic routing encapsulation, and the mirrored frames of ERSPAN in it.

use etherparse::{EtherType, ether_type};

use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::link::ethernet;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::tunnel::Tunnel;
use crate::decode::{Carrier, Skipped};

/// Bits of the first two bytes (RFC 2784 section 2, RFC 2890 section 2, RFC 2637 section 4.1).
const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGEMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;

/// Protocols that are announced here alone.
const WCCP: u16 = 0x883e;
const ERSPAN: u16 = 0x88be;
const ERSPAN_III: u16 = 0x22eb;

/// GRE (RFC 2784, with the fields of RFC 2890), and the one of PPTP (RFC 2637).
pub(in crate::decode) fn gre(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let &[high, low, protocol @ ..] = span.take_array::<4>()?;
    let flags = u16::from_be_bytes([high, low]);
    let has = |flag: u16| flags & flag != 0;
    match flags & VERSION {
        // The list of source routes (RFC 1701) was given up before there were WebSockets.
        0 if !has(ROUTING) => {}
        1 => return pptp(flags, span, passed),
        _ => return Err(Skipped::NotTcp),
    }
    let fields = [CHECKSUM, KEY, SEQUENCE].into_iter().filter(|it| has(*it));
    span.take(4 * fields.count())?;
    passed.carried_by(Carrier::Gre);
    match u16::from_be_bytes(protocol) {
        WCCP => wccp(span),
        // The first type of ERSPAN has no header of its own, and GRE no sequence number.
        ERSPAN if !has(SEQUENCE) => {
            passed.carried_by(Carrier::Erspan);
            Ok(Layer::Ethernet)
        }
        ERSPAN => Ok(Layer::Tunnel(Tunnel::ErspanII)),
        ERSPAN_III => Ok(Layer::Tunnel(Tunnel::ErspanIII)),
        protocol => ethernet::announced(EtherType(protocol)),
    }
}

/// The rest of the header where it is PPTP's (RFC 2637 section 4.1): the key is the payload's
/// length and the call, and a packet without sequence number has no payload.
fn pptp(flags: u16, span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let &[high, low, _, _] = span.take_array()?;
    if flags & SEQUENCE == 0 {
        return Err(Skipped::NotTcp);
    }
    let has_acknowledgement = flags & ACKNOWLEDGEMENT != 0;
    span.take(if has_acknowledgement { 8 } else { 4 })?;
    span.limit(usize::from(u16::from_be_bytes([high, low])));
    passed.carried_by(Carrier::Gre);
    Ok(Layer::Link(Link::Ppp))
}

/// What a router redirects to a cache: since its second version behind four bytes that no IPv4
/// header begins with.
fn wccp(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    if span.bytes().first().is_some_and(|byte| byte >> 4 != 4) {
        span.take(4)?;
    }
    ethernet::announced(ether_type::IPV4)
}

/// The second type of ERSPAN (draft-foschiano-erspan section 4.2): its version is 1.
pub(in crate::decode) fn erspan_ii(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[version, ..] = span.take_array::<8>()?;
    if version >> 4 != 1 {
        return Err(Skipped::NotIp);
    }
    passed.carried_by(Carrier::Erspan);
    Ok(Layer::Ethernet)
}

/// The third type (section 4.3): its version is 2, it says what kind of frame follows, and its
/// last bit that eight bytes of the mirroring hardware do.
pub(in crate::decode) fn erspan_iii(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[version, _, _, _, _, _, _, _, _, _, kind, options] = span.take_array()?;
    if version >> 4 != 2 {
        return Err(Skipped::NotIp);
    }
    if options & 1 != 0 {
        span.take(8)?;
    }
    passed.carried_by(Carrier::Erspan);
    match kind >> 2 & 0x1f {
        0 => Ok(Layer::Ethernet),
        2 => Ok(Layer::Ip),
        _ => Err(Skipped::NotIp),
    }
}
