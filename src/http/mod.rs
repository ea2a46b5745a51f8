//! HTTP/1.1 as far as it leads to a WebSocket: heads, where bodies end, which answer belongs to
//! which request, and the upgrade (RFC 9112; RFC 6455 section 4).

mod body;
mod exchanges;
mod head;

pub(crate) use body::Body;
pub use exchanges::{Attempt, Exchanges, Located, MessageBytes, Page, Progress, Purpose};
#[cfg(test)]
pub(crate) use head::parse_request;
pub use head::{Field, Fields, RequestHead, ResponseHead};
pub(crate) use head::{Parsed, looks_like_request, looks_like_response, parse_response};
