//! TZSP: frames that a router or an access point mirrors to a listener.

use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::{Carrier, Skipped};

/// Fields without a length.
const PADDING: u8 = 0;
const END: u8 = 1;

/// Version 1, type, the kind of frame, and fields up to one that ends them.
pub(in crate::decode) fn tzsp(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    const RECEIVED: u8 = 0;
    const TO_BE_SENT: u8 = 1;
    let &[version, kind, high, low] = span.take_array()?;
    if version != 1 || !matches!(kind, RECEIVED | TO_BE_SENT) {
        return Err(Skipped::NotTcp);
    }
    loop {
        match span.take_array()? {
            [END] => break,
            [PADDING] => {}
            _ => {
                let &[length] = span.take_array()?;
                span.take(usize::from(length))?;
            }
        }
    }
    passed.carried_by(Carrier::Tzsp);
    match u16::from_be_bytes([high, low]) {
        1 => Ok(Layer::Ethernet),
        18 => Ok(Layer::Link(Link::Wireless)),
        119 => Ok(Layer::Link(Link::Prism)),
        127 => Ok(Layer::Link(Link::Avs)),
        _ => Err(Skipped::NotTcp),
    }
}
