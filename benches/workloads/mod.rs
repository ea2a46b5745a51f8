//! Captures to measure with: what a proxy of a busy site sees, in four kinds.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use wsblame_fixtures::{Capture, Conversation, Frame, Head, Side};

/// A kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// Many connections at once, small frames both ways.
    Chat,
    /// A few connections, frames of 64 KiB to 1 MiB from the server.
    Bulk,
    /// Connections that open, exchange three frames and close.
    Conns,
    /// Of the packets, 70 in 100 are of connections that are no WebSockets.
    Mixed,
}

/// Capture time from one batch to the next.
const BATCH: Duration = Duration::from_secs(60);

impl Workload {
    /// All kinds.
    pub(crate) const ALL: [Self; 4] = [Self::Chat, Self::Bulk, Self::Conns, Self::Mixed];

    const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Bulk => "bulk",
            Self::Conns => "conns",
            Self::Mixed => "mixed",
        }
    }

    /// 8 to 20 MB of it; batches of other numbers hold other connections, and later ones.
    pub(crate) fn batch(self, number: u32) -> Capture {
        let mut batch = Batch::new(number);
        match self {
            Self::Chat => batch.many(2000, |connection| chat(connection, 10)),
            Self::Bulk => batch.many(4, bulk),
            Self::Conns => batch.many(4000, |connection| chat(connection, 1)),
            Self::Mixed => {
                batch.many(200, |connection| chat(connection, 20));
                batch.many(235, tls);
                batch.many(270, pages);
                batch.many(180, unknown);
            }
        }
        Capture::of(&batch.conversations)
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Connections of which no two have the same endpoints, in any batch.
struct Batch {
    number: u32,
    conversations: Vec<Conversation>,
}

impl Batch {
    const fn new(number: u32) -> Self {
        Self {
            number,
            conversations: Vec::new(),
        }
    }

    /// Connections that begin one after the other, evenly over the first half of the batch.
    fn many(&mut self, count: u32, play: impl Fn(&mut Conversation)) {
        for index in 0..count {
            let mut conversation = self.connection();
            conversation
                .step(Duration::from_micros(900))
                .at(BATCH * self.number + BATCH / 2 * index / count);
            play(&mut conversation);
            self.conversations.push(conversation);
        }
    }

    fn connection(&self) -> Conversation {
        const PORTS: usize = 20_000;
        let index = self.conversations.len();
        let port = u16::try_from(40_000 + index % PORTS).unwrap_or(u16::MAX);
        let [.., high, low] = self.number.to_be_bytes();
        Conversation::between(
            SocketAddr::from(([10, high, low, 7], port)),
            SocketAddr::from(([198, 51, 100, 20], 80)),
        )
    }
}

/// A WebSocket with `rounds` of a question, an answer and an event.
fn chat(connection: &mut Conversation, rounds: u32) {
    connection.open().upgrade();
    for round in 0..rounds {
        let question =
            format!("{{\"id\":{round},\"method\":\"say\",\"text\":\"hello, everybody\"}}");
        let answer = format!("{{\"id\":{round},\"result\":\"ok\"}}");
        let event = "{\"event\":\"message\",\"from\":\"somebody\",\"text\":\"hello to you, too\"}";
        connection
            .client(Frame::text(question))
            .server(Frame::text(answer))
            .ack(Side::Client)
            .wait(Duration::from_millis(700))
            .server(Frame::text(event))
            .ack(Side::Client);
    }
    connection.close(1000);
}

/// A WebSocket whose server sends long frames.
fn bulk(connection: &mut Conversation) {
    connection.open().upgrade().step(Duration::from_micros(12));
    for kibibytes in [64, 128, 256, 512, 1024] {
        connection.client(Frame::text("more"));
        let payload: Vec<u8> = (0..=u8::MAX).cycle().take(kibibytes << 10).collect();
        let bytes = connection.encode(Side::Server, [Frame::binary(payload)]);
        acknowledged(connection, Side::Server, &bytes);
    }
    connection.close(1000);
}

/// Handshake and records, as far as the first bytes tell.
fn tls(connection: &mut Conversation) {
    let record = |kind: u8, length: u16| {
        let [high, low] = length.to_be_bytes();
        let body = (0..length).map(|index| index.to_le_bytes()[0].wrapping_mul(167));
        let header = [kind, 3, 3, high, low];
        header.into_iter().chain(body).collect::<Vec<u8>>()
    };
    connection.open();
    acknowledged(connection, Side::Client, &record(22, 512));
    acknowledged(connection, Side::Server, &record(22, 3000));
    for _ in 0..3 {
        acknowledged(connection, Side::Client, &record(23, 400));
        acknowledged(connection, Side::Server, &record(23, 16_000));
    }
    connection.end(Side::Client);
}

/// HTTP without any upgrade, several requests on one connection.
fn pages(connection: &mut Conversation) {
    let request = Head::new("GET /assets/app.js HTTP/1.1").field("Host", "example.com");
    connection.open();
    for _ in 0..5 {
        acknowledged(connection, Side::Client, &request.encode());
        let response = Head::response(200, "OK", [b'x'; 9000]);
        acknowledged(connection, Side::Server, &response.encode());
    }
    connection.end(Side::Server);
}

/// A protocol that nobody here knows.
fn unknown(connection: &mut Conversation) {
    connection.open();
    for _ in 0..20 {
        acknowledged(
            connection,
            Side::Client,
            b"*2\r\n$3\r\nGET\r\n$8\r\nsessions\r\n",
        );
        acknowledged(connection, Side::Server, &[b'$'; 700]);
    }
    connection.end(Side::Client);
}

/// Bytes of which every second segment is acknowledged.
fn acknowledged(connection: &mut Conversation, side: Side, bytes: &[u8]) {
    for two in bytes.chunks(2 * 1460) {
        connection.bytes(side, two).ack(side.peer());
    }
}
