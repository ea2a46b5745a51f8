//! Decryption Secrets Block: what sessions in the capture can be decrypted with.

use super::byte_order::ByteOrder;
use super::words;
use crate::source::About;

/// Place of the secrets in the block: behind their type and length.
const SECRETS: usize = 16;

/// The type of a TLS key log, "TLSK".
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// Keeps the secrets if they are of TLS sessions, and of the length that the block has room for.
pub(super) fn read(block: &[u8], order: ByteOrder, about: &mut About) {
    let Some([kind, length]) = words(block) else {
        return;
    };
    if order.u32(kind) != TLS_KEY_LOG {
        return;
    }
    let room = SECRETS..block.len().saturating_sub(4);
    let lines = usize::try_from(order.u32(length))
        .ok()
        .and_then(|length| block.get(room)?.get(..length));
    if let Some(lines) = lines {
        about.add_secrets(lines);
    }
}
