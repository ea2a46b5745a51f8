//! L2TP over UDP: dial-up sessions carried to where they end.

use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::{Carrier, Skipped};

/// Bits of the first two bytes (RFC 2661 section 3.1).
const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
const VERSION: u16 = 0x000f;

/// A data message of version 2. What one of version 3 holds was agreed when its session began:
/// nothing in it tells.
pub(in crate::decode) fn l2tp(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let mut number = || span.take_array().map(|bytes| u16::from_be_bytes(*bytes));
    let flags = number()?;
    if flags & VERSION != 2 || flags & CONTROL != 0 {
        return Err(Skipped::NotTcp);
    }
    if flags & LENGTH != 0 {
        // It counts from the flags on.
        let length = usize::from(number()?);
        span.limit(length.checked_sub(4).ok_or(Skipped::Malformed)?);
    }
    // The tunnel and the session; the number of this message and of the next expected.
    span.take(if flags & SEQUENCE == 0 { 4 } else { 8 })?;
    if flags & OFFSET != 0 {
        let padding = u16::from_be_bytes(*span.take_array()?);
        span.take(usize::from(padding))?;
    }
    passed.carried_by(Carrier::L2tp);
    Ok(Layer::Link(Link::Ppp))
}
