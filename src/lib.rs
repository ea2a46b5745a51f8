//! `wsblame` reads a packet capture and says what broke a WebSocket connection.

pub mod decode;
pub mod limits;
pub mod packet;
pub mod time;
