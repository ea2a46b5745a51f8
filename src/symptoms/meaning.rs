//! What numbers mean: codes of Close frames, statuses of HTTP, limits and timers by which
//! products are known.

use std::time::Duration;

use crate::websocket::close::code_name;

/// What a code of a Close frame means, and whether it can have been on the wire at all.
pub(super) fn close_code(code: u16) -> Option<String> {
    let name = code_name(code);
    let told = match code {
        1000 => "closed on purpose; no error",
        1001 => "a page was left, or a server or proxy shuts down",
        1002 => {
            "the side that sent it met a frame it may not accept; the first wrong byte is the \
                 other side's"
        }
        1003 => "the side that sent it does not take this kind of message (binary or text)",
        1005 => "never on the wire: a Close came without a code",
        1006 => "never on the wire: nobody said anything; the capture knows who sent FIN or RST",
        1007 => "the side that sent it got text that is not UTF-8, or data that does not inflate",
        1008 => "the application of the side that sent it refuses",
        1009 => "a message is over the limit of the side that sent it",
        1010 => "the client wants an extension that the 101 does not name",
        1011 => "the application of the side that sent it failed, or missed a Pong",
        1012 => "the service restarts",
        1013 => "the service has no room now",
        1014 => "a gateway got no sound answer from the server behind it",
        1015 => "never on the wire: the TLS handshake failed",
        1004 => "must not be sent",
        3000..=3999 => "registered for libraries and frameworks; theirs to explain",
        4000..=4999 => "the application's own; its documentation knows",
        _ => return None,
    };
    Some(match name {
        Some(name) if (1000..3000).contains(&code) => format!("Close code, {name}: {told}"),
        Some(name) if matches!(code, 3000 | 3003 | 3008) => format!("Close code, {name}: {told}"),
        _ => format!("Close code: {told}"),
    })
}

/// What a number that is no code of a Close is, where one was read: two characters.
pub(super) fn text_as_code(number: u64) -> Option<String> {
    let [high, low] = u16::try_from(number).ok()?.to_be_bytes();
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    (is_text(high) && is_text(low)).then(|| {
        let text = [high, low].map(char::from);
        format!(
            "{number:#06x}, which is the text \"{}{}\": payload or foreign bytes were read as a \
             Close frame",
            text[0], text[1]
        )
    })
}

/// What a status of HTTP means to somebody who asked for an upgrade.
pub(super) fn http_status(status: u64) -> Option<&'static str> {
    Some(match status {
        101 => "HTTP 101: the upgrade was accepted",
        200 => {
            "HTTP 200: answered as if a page had been asked for; the upgrade fields got lost, \
                or the route is another one"
        }
        301 | 302 | 303 | 307 | 308 => "HTTP redirect: connect to what Location names",
        400 => {
            "HTTP 400: the request is not taken for a sound upgrade; mostly fields were lost \
                on the way"
        }
        401 => "HTTP 401: a login is missing",
        403 => "HTTP 403: refused; mostly the Origin, else a filter",
        404 => "HTTP 404: no such path here",
        405 => "HTTP 405: this path takes no GET",
        407 => "HTTP 407: a proxy wants a login",
        408 => "HTTP 408: a timer of an HTTP server",
        413 => "HTTP 413: too large",
        426 => "HTTP 426: the server wants an upgrade, and saw none; Upgrade got lost on the way",
        429 => "HTTP 429: too many requests",
        431 => "HTTP 431: header fields (cookies) too large",
        451 => "HTTP 451: blocked for legal reasons",
        499 => "nginx 499: the client left first",
        500 => "HTTP 500: the application failed during the upgrade",
        501 => "HTTP 501: not implemented",
        502 => "HTTP 502: a gateway cannot speak with the server behind it",
        503 => "HTTP 503: nobody there to take it",
        504 => "HTTP 504: the server behind a gateway did not answer in time",
        520..=526 => "a Cloudflare status: it cannot speak with the server behind it",
        _ => return None,
    })
}

/// Whose limit a number of bytes is known as.
pub(super) fn limit(bytes: u64) -> Option<&'static str> {
    Some(match bytes {
        8192 => "8 KiB: Tomcat's buffers as they come",
        16_384 => "16 KiB: maxPayloadLength of uWebSockets as it comes",
        32_768 | 32_769 => {
            "32 KiB: the read limit of coder/websocket as it comes (SetReadLimit), and SignalR's"
        }
        65_535 | 65_536 => {
            "64 KiB: netty's and Spring Gateway's maxFramePayloadLength as it comes, and Jetty's \
             maximum size of messages"
        }
        131_072 => "128 KiB: AWS API Gateway's limit of a message",
        1_000_000 | 1_048_576 => "1 MiB: max_size of Python websockets as it comes",
        4_194_304 => "4 MiB: max_msg_size of aiohttp as it comes",
        16_777_216 => "16 MiB: a frame in tungstenite as it comes",
        67_108_864 => "64 MiB: a message in tungstenite as it comes, a frame in fastwebsockets",
        104_857_600 => "100 MiB: maxPayload of Node ws as it comes",
        _ => return None,
    })
}

/// Whose timer a length of time is known as.
pub(super) fn timer(took: Duration) -> Option<String> {
    /// Timers that are told.
    const TOLD: usize = 4;
    let seconds = crate::rules::timer(took)?;
    let known = crate::products::table().timers(seconds);
    let known: Vec<_> = known
        .iter()
        .take(TOLD)
        .map(|(product, timer)| format!("{} {}", product.name, timer.setting))
        .collect();
    Some(if known.is_empty() {
        format!("{seconds} s, which timers are often set to")
    } else {
        format!("{seconds} s: {}", known.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_named_and_local_ones_are_said_to_be() {
        for code in (1000..=1015).chain([3000, 3999, 4000, 4999]) {
            assert!(close_code(code).is_some(), "{code}");
        }
        for local in [1005, 1006, 1015] {
            assert!(close_code(local).unwrap().contains("never on the wire"));
        }
        for unknown in [0, 999, 1016, 2999, 5000] {
            assert_eq!(close_code(unknown), None);
        }
    }

    #[test]
    fn a_code_of_two_letters_is_text() {
        assert!(
            text_as_code(22_373)
                .unwrap()
                .contains("0x5765, which is the text \"We\"")
        );
        assert_eq!(text_as_code(1006), None);
        assert_eq!(text_as_code(70_000), None);
    }

    #[test]
    fn limits_and_timers_lead_to_products() {
        assert!(limit(32_769).unwrap().contains("coder/websocket"));
        assert!(limit(65_536).unwrap().contains("netty"));
        assert!(timer(Duration::from_secs(60)).unwrap().contains("nginx"));
        assert!(
            timer(Duration::from_millis(59_998))
                .unwrap()
                .contains("nginx")
        );
        assert_eq!(
            timer(Duration::from_secs(61) + Duration::from_secs(1)),
            None
        );
    }
}
