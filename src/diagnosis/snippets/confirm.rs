//! Commands that show whether a remedy helped.

/// Asks for an upgrade with an offer, and shows the answer's status and what it agrees to.
pub const CONFIRM_UPGRADE: &str = "curl -isN --http1.1 --max-time 5 -H 'Upgrade: websocket' \
    -H 'Connection: Upgrade' -H 'Sec-WebSocket-Version: 13' \
    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
    -H 'Sec-WebSocket-Extensions: permessage-deflate' http://api.example.com/ws \
    | grep -aiE '^(HTTP/|Sec-WebSocket-Extensions)'";

/// Sends a message, and shows for two minutes what comes back and how it ends.
pub const CONFIRM_WSCAT: &str = "wscat -c wss://api.example.com/ws -P -x hello -w 120";

/// Captures two minutes, and says what is broken in them.
pub const CONFIRM_CHECK: &str = "timeout 120 tcpdump -i eth0 --immediate-mode -s 0 -w ws.pcap \
    'tcp port 8001'; wsblame check ws.pcap";

/// Compares what the client saw with what the server saw.
pub const CONFIRM_COMPARE: &str = "wsblame compare near-client.pcap near-server.pcap";
