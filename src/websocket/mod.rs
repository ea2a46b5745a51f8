//! WebSocket (RFC 6455): the opening handshake's fields, frames, messages and closing, described
//! as they stood on the wire.

pub mod assembly;
pub mod close;
pub mod event;
pub mod extensions;
pub mod foreign;
pub mod handshake;
pub mod header;
pub mod inflate;
mod intrusion;
pub mod kept;
pub mod mask;
pub mod message;
pub mod notable;
pub mod reader;
pub mod search;
mod suspect;
pub mod utf8;
