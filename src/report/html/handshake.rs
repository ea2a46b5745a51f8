//! The two heads of a handshake side by side: which fields matter, and which of them are not there.

use serde::Serialize;

use crate::report::model::{Connection, Head, HeadField, Outcome};
use crate::report::words::untrusted;

/// A handshake.
#[derive(Serialize)]
pub(super) struct Handshake {
    request: Option<Told>,
    answer: Option<Told>,
    /// Whether a value is masked.
    masked: bool,
}

/// A head.
#[derive(Serialize)]
struct Told {
    line: String,
    fields: Vec<Field>,
}

/// A field of a head, or one that it lacks.
#[derive(Serialize)]
struct Field {
    name: String,
    value: String,
    /// `matters`, `missing`, `masked` or nothing.
    mark: &'static str,
}

/// Fields that decide about an upgrade, or tell who passed it on.
const MATTER: [&str; 4] = ["upgrade", "connection", "via", "server"];

/// The heads of a connection; none where neither is known.
pub(super) fn view(connection: &Connection) -> Option<Handshake> {
    let handshake = &connection.handshake;
    let (request, response) = (&handshake.request, &handshake.response);
    if request.is_none() && response.is_none() {
        return None;
    }
    let all = [request, response];
    let mut fields = all.into_iter().flatten().flat_map(|head| &head.fields);
    let masked = fields.any(|it| it.masked);
    let request = request.as_ref().map(|head| {
        let wanted = [
            "Upgrade",
            "Connection",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Version",
        ];
        let missing = lacked(head, &wanted).map(|name| missing(name, "not in the request"));
        told(head, missing.collect())
    });
    let answer = response.as_ref().map(|head| {
        let mut absent = Vec::new();
        if handshake.outcome == Outcome::Accepted {
            let wanted = ["Upgrade", "Connection", "Sec-WebSocket-Accept"];
            absent.extend(lacked(head, &wanted).map(|name| missing(name, "not in the answer")));
            for (name, offered) in [
                ("Sec-WebSocket-Extensions", &handshake.offered_extensions),
                ("Sec-WebSocket-Protocol", &handshake.offered_subprotocols),
            ] {
                if !offered.is_empty() && !has(head, name) {
                    absent.push(missing(name, "not in the answer, though it was offered"));
                }
            }
        }
        told(head, absent)
    });
    Some(Handshake {
        request,
        answer,
        masked,
    })
}

fn has(head: &Head, name: &str) -> bool {
    head.fields
        .iter()
        .any(|it| it.name.eq_ignore_ascii_case(name))
}

fn lacked<'n>(head: &Head, names: &[&'n str]) -> impl Iterator<Item = &'n str> {
    names.iter().copied().filter(|name| !has(head, name))
}

fn missing(name: &str, said: &str) -> Field {
    Field {
        name: name.to_owned(),
        value: said.to_owned(),
        mark: "missing",
    }
}

fn told(head: &Head, absent: Vec<Field>) -> Told {
    /// As many as the analysis keeps.
    const FIELDS: usize = 64;
    let fields = head.fields.iter().take(FIELDS).map(field);
    Told {
        line: untrusted(&head.line),
        fields: fields.chain(absent).collect(),
    }
}

fn field(field: &HeadField) -> Field {
    let lower = field.name.to_ascii_lowercase();
    let matters = lower.starts_with("sec-websocket-") || MATTER.contains(&lower.as_str());
    Field {
        name: untrusted(&field.name),
        value: untrusted(&field.value),
        mark: match (matters, field.masked) {
            (_, true) => "masked",
            (true, false) => "matters",
            (false, false) => "",
        },
    }
}
