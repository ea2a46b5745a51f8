//! Ways around what stands in the path, and what keeps a path open.

use crate::report::model::Snippet;

/// Through a forward proxy that then sees a tunnel and no frames.
pub const CONNECT_TUNNEL: Snippet = Snippet {
    product: "wscat",
    place: "a client behind the proxy, to try it; then the same in the client's settings",
    language: "sh",
    text: "wscat -c wss://api.example.com/ws --proxy http://proxy.example.com:3128",
};

/// Around a proxy that cannot be changed.
pub const OWN_PORT: Snippet = Snippet {
    product: "any client",
    place: "the client; the server listens there with TLS of its own",
    language: "javascript",
    text: "const ws = new WebSocket('wss://api.example.com:8443/ws');",
};

/// For NATs, firewalls and balancers that forget a silent connection without a word.
pub const SYSCTL_KEEPALIVE: Snippet = Snippet {
    product: "Linux",
    place: "/etc/sysctl.d/, of an endpoint; counts only for sockets with SO_KEEPALIVE",
    language: "sysctl",
    text: "\
net.ipv4.tcp_keepalive_time = 60
net.ipv4.tcp_keepalive_intvl = 10
net.ipv4.tcp_keepalive_probes = 6",
};
