//! Filters that write pages of their own.

use crate::http::ResponseHead;
use crate::rules::block_page;

/// The filter whose page this is, as far as its header fields and the start of its body tell.
pub(super) fn product(head: &ResponseHead, body: &[u8]) -> Option<&'static str> {
    block_page(head, body)
}
