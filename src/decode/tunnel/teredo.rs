//! Teredo: IPv6 through the address translators of IPv4 networks.

use crate::decode::layer::Layer;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::tunnel::Tunnel;
use crate::decode::{Carrier, Skipped};

/// What a relay or a server puts in front of the packet (RFC 4380 section 5.1.1): no IPv6 header
/// begins as they do.
const AUTHENTICATION: [u8; 2] = [0, 1];
const ORIGIN: [u8; 2] = [0, 0];

/// The indications in front of the packet, one at a time.
pub(in crate::decode) fn teredo(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let bytes = span.bytes();
    if bytes.starts_with(&AUTHENTICATION) {
        let &[_, _, identifier, value] = span.take_array()?;
        // Both, the nonce and its confirmation.
        span.take(usize::from(identifier) + usize::from(value) + 9)?;
        return Ok(Layer::Tunnel(Tunnel::Teredo));
    }
    if bytes.starts_with(&ORIGIN) {
        span.take(8)?;
    }
    passed.carried_by(Carrier::Teredo);
    Ok(Layer::Ipv6)
}
