//! Wi-Fi: the headers that a radio's driver puts in front of frames, and the data frames of IEEE
//! 802.11, which carry logical link control where they are not encrypted.

use super::first;
use crate::decode::Skipped;
use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::packet::LinkType;

/// Bits of the first byte of a frame's control field (IEEE 802.11 section 9.2.4.1): version and
/// type, and of data frames' subtypes that without data, and that with a QoS field.
const VERSION_AND_TYPE: u8 = 0x0f;
const DATA: u8 = 0x08;
const NO_DATA: u8 = 0x40;
const QOS: u8 = 0x80;

/// Bits of its second byte.
const TO_DISTRIBUTION: u8 = 0x01;
const FROM_DISTRIBUTION: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const HIGH_THROUGHPUT: u8 = 0x80;

/// A frame of IEEE 802.11 (section 9.3.2.1).
pub(in crate::decode) fn frame(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let &[control, flags] = span.take_array()?;
    if control & VERSION_AND_TYPE != DATA || control & NO_DATA != 0 {
        return Err(Skipped::NotIp);
    }
    let address = |span: &mut Span<'_>| span.take_array::<6>().copied();
    span.take(2)?;
    let [_receiver, second, third] = [address(span)?, address(span)?, address(span)?];
    let &[fragment, _] = span.take_array()?;
    let source = match (flags & TO_DISTRIBUTION, flags & FROM_DISTRIBUTION) {
        (_, 0) => second,
        (0, _) => third,
        _ => address(span)?,
    };
    let mut is_aggregate = false;
    if control & QOS != 0 {
        let &[qos, _] = span.take_array()?;
        is_aggregate = qos & 0x80 != 0;
        if flags & HIGH_THROUGHPUT != 0 {
            span.take(4)?;
        }
    }
    if flags & PROTECTED != 0 {
        return Err(Skipped::Encrypted);
    }
    // Several packets in one frame, or one packet in several frames.
    if is_aggregate || flags & MORE_FRAGMENTS != 0 || fragment & 0x0f != 0 {
        return Err(Skipped::NotIp);
    }
    passed.link_source = Some(source);
    Ok(Layer::Link(Link::Llc))
}

/// Radiotap: version, padding, the header's whole length, and fields that are not looked at.
pub(in crate::decode) fn radiotap(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[_, _, low, high] = span.take_array()?;
    span.take_rest(u32::from(u16::from_le_bytes([low, high])), 4)?;
    Ok(Layer::Link(Link::Wireless))
}

/// Prism: a message's code and its length, which lies around the frame's header alone, in the byte
/// order of the capturing host; or AVS, which drivers write there too.
pub(in crate::decode) fn prism(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    /// How AVS begins, whatever its version.
    const AVS: [u8; 3] = [0x80, 0x21, 0x10];
    if span.bytes().starts_with(&AVS) {
        return Ok(Layer::Link(Link::Avs));
    }
    let &[_, _, _, _, length @ ..] = span.take_array::<8>()?;
    // A small number: only one order gives one.
    let length = u32::from_be_bytes(length).min(u32::from_le_bytes(length));
    span.take_rest(length, 8)?;
    Ok(Layer::Link(Link::Wireless))
}

/// AVS: version and length, and fields that are not looked at.
pub(in crate::decode) fn avs(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[_, _, _, _, length @ ..] = span.take_array::<8>()?;
    span.take_rest(u32::from_be_bytes(length), 8)?;
    Ok(Layer::Link(Link::Wireless))
}

/// Per-packet information: version, flags, length, and the link type of what follows.
pub(in crate::decode) fn ppi(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[_, _, low, high, link @ ..] = span.take_array::<8>()?;
    span.take_rest(u32::from(u16::from_le_bytes([low, high])), 8)?;
    first(LinkType(u32::from_le_bytes(link)))
}
