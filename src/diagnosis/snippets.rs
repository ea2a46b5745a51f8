//! What to change, in the words of the products: texts to paste, and commands that show whether
//! it helped.
//!
//! Addresses, paths and names in them are examples, and the same everywhere: `/ws/` at
//! `127.0.0.1:8001`, behind `api.example.com`.

mod applications;
mod around;
mod confirm;
mod gateways;
mod proxies;

pub use applications::{
    DJANGO_TEXT_AND_BINARY, NODE_GRACEFUL_RELOAD, NODE_HTTP_TIMERS, NODE_ONE_UPGRADE,
    NODE_TEXT_AND_BINARY, NODE_WS_MAX_PAYLOAD, NODE_WS_NO_DEFLATE, NODE_WS_PING, PYTHON_MAX_SIZE,
    PYTHON_NO_DEFLATE, PYTHON_PING,
};
pub use around::{CONNECT_TUNNEL, OWN_PORT, SYSCTL_KEEPALIVE};
pub use confirm::{CONFIRM_CHECK, CONFIRM_COMPARE, CONFIRM_UPGRADE, CONFIRM_WSCAT};
pub use gateways::{ALB_IDLE, ENVOY_TIMEOUTS, INGRESS_WORKER_SHUTDOWN, NETTY_MAX_FRAME};
pub use proxies::{
    APACHE_TIMEOUT, APACHE_UPGRADE, HAPROXY_STRIP_OFFER, HAPROXY_TUNNEL, NGINX_PASS_EXTENSIONS,
    NGINX_TIMEOUTS, NGINX_UPGRADE, NGINX_WORKER_SHUTDOWN, SQUID_CONNECT, SQUID_UPGRADE,
};

use crate::report::model::Snippet;

/// Every snippet.
pub static ALL: &[Snippet] = &[
    NGINX_UPGRADE,
    NGINX_TIMEOUTS,
    NGINX_PASS_EXTENSIONS,
    NGINX_WORKER_SHUTDOWN,
    INGRESS_WORKER_SHUTDOWN,
    HAPROXY_TUNNEL,
    HAPROXY_STRIP_OFFER,
    APACHE_UPGRADE,
    APACHE_TIMEOUT,
    SQUID_UPGRADE,
    SQUID_CONNECT,
    ENVOY_TIMEOUTS,
    ALB_IDLE,
    NETTY_MAX_FRAME,
    NODE_WS_NO_DEFLATE,
    NODE_WS_PING,
    NODE_ONE_UPGRADE,
    NODE_HTTP_TIMERS,
    NODE_TEXT_AND_BINARY,
    NODE_WS_MAX_PAYLOAD,
    NODE_GRACEFUL_RELOAD,
    PYTHON_NO_DEFLATE,
    PYTHON_PING,
    PYTHON_MAX_SIZE,
    DJANGO_TEXT_AND_BINARY,
    OWN_PORT,
    CONNECT_TUNNEL,
    SYSCTL_KEEPALIVE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_can_be_pasted_as_they_stand() {
        for snippet in ALL {
            let Snippet {
                product,
                place,
                language,
                text,
            } = snippet;
            for part in [product, place, language, text] {
                assert!(!part.is_empty(), "{snippet:?}");
            }
            assert!(!text.contains('\t') && !text.ends_with('\n'), "{text}");
            for line in text.lines() {
                assert_eq!(line.trim_end(), line, "{text}");
                assert!(line.chars().count() <= 100, "{line}");
            }
        }
    }

    #[test]
    fn brackets_are_closed() {
        for snippet in ALL {
            for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
                let count = |wanted| snippet.text.matches(wanted).count();
                assert_eq!(count(open), count(close), "{}", snippet.text);
            }
        }
    }

    #[test]
    fn confirmations_are_one_line_each() {
        for command in [
            CONFIRM_UPGRADE,
            CONFIRM_WSCAT,
            CONFIRM_CHECK,
            CONFIRM_COMPARE,
        ] {
            assert_eq!(command.lines().count(), 1, "{command}");
        }
    }
}
