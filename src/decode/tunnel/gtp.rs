//! GTP-U: packets between the radio and the core of mobile networks.

use crate::decode::layer::Layer;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::tunnel::Tunnel;
use crate::decode::{Carrier, Skipped};

/// The first byte (3GPP TS 29.281 section 5.1): version 1 of GTP and not of GTP', a bit that is not
/// looked at, and three for fields that are there all, if one of them is.
const VERSION: u8 = 0xf0;
const VERSION_1: u8 = 0x30;
const OPTIONAL: u8 = 0x07;
const EXTENSION: u8 = 0x04;

/// The type of messages that carry a packet (section 6.1).
const PACKET: u8 = 255;

/// GTP-U's header. The length counts from behind its first eight bytes.
pub(in crate::decode) fn gtp_u(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let &[flags, message, high, low, _, _, _, _] = span.take_array()?;
    if flags & VERSION != VERSION_1 || message != PACKET {
        return Err(Skipped::NotTcp);
    }
    span.limit(usize::from(u16::from_be_bytes([high, low])));
    passed.carried_by(Carrier::GtpU);
    if flags & OPTIONAL == 0 {
        return Ok(Layer::Ip);
    }
    let &[_, _, _, next] = span.take_array()?;
    Ok(behind(if flags & EXTENSION == 0 { 0 } else { next }))
}

/// One extension header (section 5.2.1): its length in words, and the next one's type at its end.
pub(in crate::decode) fn extension(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[words] = span.take_array()?;
    let rest = span.take_rest(4 * u32::from(words), 1)?;
    Ok(behind(*rest.last().ok_or(Skipped::Malformed)?))
}

const fn behind(next: u8) -> Layer {
    match next {
        0 => Layer::Ip,
        _ => Layer::Tunnel(Tunnel::GtpExtension),
    }
}
