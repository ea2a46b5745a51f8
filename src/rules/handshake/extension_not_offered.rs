//! Extensions that nobody asked for.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;
use crate::websocket::extensions::{Terms, is_deflate, name};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "extension-not-offered",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "the 101 names an extension that the request in this capture does not offer, or \
        client_max_window_bits where no offer has it, or no single offer has all that it names",
    meaning: "A server picks from what the client offers. This 101 agrees to something that the \
        request of this leg does not offer.",
    harm: "The client must fail the connection; if it does not, the server compresses and the \
        client does not know.",
    says: &[
        "coder/websocket: unsupported permessage-deflate parameter: \"client_max_window_bits=15\"",
    ],
    causes: &[
        "an intermediary that removed or changed the offer on this leg, or adds the answer of \
            another one",
        "a server that names its extensions whatever was offered",
        "a server that answers client_max_window_bits to a client that did not say that it knows it",
    ],
    fix: "Let the intermediary pass Sec-WebSocket-Extensions unchanged both ways; one that removes \
        the offer must do so before the server sees it, and must not add an answer of its own. \
        Make the server answer from the offer, or turn compression off there (Node ws: \
        perMessageDeflate: false; Python websockets: compression=None).",
    judge: Judge::Handshake { fires, tell },
};

/// In which way the answer is not one to these offers.
enum Unfit<'a> {
    /// An extension that no offer names.
    Extension(&'a [u8]),
    /// `client_max_window_bits`, which no offer of permessage-deflate has.
    Window,
    /// Each parameter has its offer, but no offer has them all.
    Mixture,
}

fn unfit<'a>(facts: &HandshakeFacts<'a>) -> Option<Unfit<'a>> {
    facts.own_switch()?;
    facts.handshake.request()?;
    let answers = facts.handshake.answered("Sec-WebSocket-Extensions")?;
    if answers.is_empty() {
        return None;
    }
    let offers = facts.handshake.offered("Sec-WebSocket-Extensions");
    let mut names: Vec<Vec<u8>> = offers
        .iter()
        .map(|offer| name(offer).to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    let is_offered = |answer: &&[u8]| {
        let name = name(answer).to_ascii_lowercase();
        names.binary_search(&name).is_ok()
    };
    if let Some(answer) = answers.iter().find(|answer| !is_offered(answer)) {
        return Some(Unfit::Extension(answer));
    }
    let granted = Terms::of(answers.iter().find(|answer| is_deflate(answer))?);
    let asked = || {
        let ours = offers.iter().filter(|offer| is_deflate(offer));
        ours.map(|offer| Terms::of(offer))
    };
    if asked().any(|it| granted.keeps_to_hint_of(&it) && granted.keeps_window_of(&it)) {
        return None;
    }
    if !asked().any(|it| granted.keeps_to_hint_of(&it)) {
        return Some(Unfit::Window);
    }
    // A window that is too large for every offer is a fault of that parameter alone.
    let has_room = asked().any(|it| granted.keeps_window_of(&it));
    has_room.then_some(Unfit::Mixture)
}

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    unfit(facts).map(|_| rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let offers = facts.handshake.offered("Sec-WebSocket-Extensions");
    let offered = if offers.is_empty() {
        "the request offers no extension".to_owned()
    } else {
        let list = offers.join(&b", "[..]);
        format!("the request offers \"{}\"", Untrusted(&list))
    };
    facts.tell(match unfit(facts) {
        Some(Unfit::Extension(answer)) => format!(
            "the 101 names the extension \"{}\", and {offered}",
            Untrusted(answer)
        ),
        Some(Unfit::Window) => {
            format!("the 101 names client_max_window_bits, which no offer has: {offered}")
        }
        Some(Unfit::Mixture) | None => {
            format!("the parameters of the 101 fit no single offer: {offered}")
        }
    })
}
