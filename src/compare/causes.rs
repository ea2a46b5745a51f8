//! Which cause a sign points at: the one table from rules, Close codes, statuses and foreign bytes
//! to the names of causes.

use crate::http::looks_like_request;

/// The cause that a broken rule is a sign of, where its sender is to blame.
pub(super) fn of_rule(rule: &str) -> Option<&'static str> {
    Some(match rule {
        "masked-server-frame" | "unmasked-client-frame" => "masking-bug",
        "rsv-without-extension"
        | "rsv1-on-wrong-frame"
        | "reserved-opcode"
        | "non-minimal-length"
        | "length-msb-set"
        | "framing-lost"
        | "oversized-control-frame"
        | "not-websocket" => "framing-bug",
        "orphan-continuation" | "interleaved-data-frame" | "fragmented-control-frame" => {
            "fragmentation-bug"
        }
        "injected-http-request" => "connection-reused",
        "invalid-utf8" | "invalid-close-reason" => "encoding-bug",
        "bad-deflate" | "deflate-bomb" => "compression-bug",
        "close-payload-truncated" | "invalid-close-code" | "frame-after-close" => "closing-bug",
        "injected-http-response" => "competing-upgrade",
        "accept-mismatch"
        | "bad-key"
        | "unsupported-version"
        | "extension-not-offered"
        | "invalid-extension-parameters"
        | "subprotocol-not-offered"
        | "frames-before-handshake"
        | "upgrade-header-missing"
        | "upgrade-over-http10" => "handshake-bug",
        _ => return None,
    })
}

/// The cause that a Close code names.
pub(super) const fn of_close(code: u16) -> Option<&'static str> {
    Some(match code {
        1003 => "unsupported-message-type",
        1008 => "policy",
        1009 => "message-too-big",
        1010 => "handshake-bug",
        1011 => "application-error",
        1012 | 1013 => "service-restart",
        1014 => "upstream-unreachable",
        _ => return None,
    })
}

/// The status of an HTTP response that begins with these bytes.
pub(super) fn status(bytes: &[u8]) -> Option<u16> {
    let rest = bytes.strip_prefix(b"HTTP/1.")?;
    let digits = rest.get(2..5)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The cause of bytes that an intermediary wrote where a frame was due.
pub(super) fn of_foreign(bytes: &[u8]) -> &'static str {
    if looks_like_request(bytes) {
        return "connection-reused";
    }
    status(bytes).map_or("frame-inserted", |status| match status {
        408 => "http-timer",
        403 | 407 | 451 => "block-page-injected",
        500 | 502..=504 => "gateway-error-injected",
        _ => "frame-inserted",
    })
}

/// The cause of an answer that an intermediary gave in the server's place.
pub(super) const fn of_status(status: u16) -> &'static str {
    match status {
        407 => "proxy-authentication",
        403 | 451 => "block-page-injected",
        500 | 502..=504 => "gateway-error-injected",
        _ => "upgrade-refused",
    }
}
