//! `wsblame` reads a packet capture and says what broke a WebSocket connection.

pub mod analyzer;
pub mod cli;
pub mod decode;
pub mod driver;
pub mod http;
pub mod limits;
pub mod packet;
pub mod place;
pub mod report;
pub mod rules;
pub mod side;
pub mod source;
pub mod tcp;
pub mod time;
pub mod untrusted;
pub mod websocket;
