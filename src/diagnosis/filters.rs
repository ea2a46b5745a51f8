//! Filters that write pages of their own.

use crate::http::ResponseHead;
use crate::products::{self, Kind};

/// What filters say in their pages, whatever product they are, in lower case.
const SPEECH: [&str; 14] = [
    "page blocked",
    "site blocked",
    "url blocked",
    "access blocked",
    "been blocked",
    "is blocked",
    "blocked by",
    "web filter",
    "content filter",
    "url filter",
    "internet usage policy",
    "acceptable use policy",
    "firewall",
    "security gateway",
];

/// The words by which a page speaks as a filter's, where it does.
pub(super) fn speech(body: &[u8]) -> Option<&'static str> {
    let body = body.to_ascii_lowercase();
    let says = |words: &&str| body.windows(words.len()).any(|it| it == words.as_bytes());
    SPEECH.into_iter().find(says)
}

/// The filter, or whoever else in between, that wrote this refusal itself.
pub(super) fn product(head: &ResponseHead, body: &[u8]) -> Option<&'static str> {
    let refuses = matches!(head.status, 400..=499);
    let matches = products::table().of_response(head, body).into_iter();
    let mut authors = matches.filter(|found| found.wrote && found.product.is_intermediary());
    let author = authors.find(|author| refuses || author.product.kind == Kind::Filter)?;
    Some(&author.product.name)
}
