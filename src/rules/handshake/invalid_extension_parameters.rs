//! Parameters of permessage-deflate that are none.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::side::Side;
use crate::untrusted::Untrusted;
use crate::websocket::extensions::{Fault, Said, Terms, faults, is_deflate};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "invalid-extension-parameters",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 7692 section 7.1",
    summary: "a parameter of permessage-deflate is unknown, repeated, without its value, or out of \
        range, or the 101 grants a larger window than every offer; info in an offer",
    meaning: "permessage-deflate has four parameters: server_no_context_takeover and \
        client_no_context_takeover have no value, server_max_window_bits and \
        client_max_window_bits a number from 8 to 15; only in an offer the last may stand \
        without one. A server declines an offer that breaks this, a client must fail the \
        connection on such a 101.",
    harm: "The client drops the connection right after the 101; or both ends compress with \
        different windows, and a later message does not inflate.",
    says: &[
        "Chrome: Error in permessage-deflate: client_max_window_bits must have value",
        "coder/websocket: unsupported permessage-deflate parameter: \"server_max_window_bits=15\"",
    ],
    causes: &[
        "a server that echoes the client's offer as its answer (client_max_window_bits without a \
            value)",
        "a server that ignores the window that the client asked for",
        "a proxy that joins the answers of two servers, or edits the field",
    ],
    fix: "Make the server answer with its own parameters, each with its value, or update it. Until \
        then turn compression off at one end (Node ws: perMessageDeflate: false; Python \
        websockets: compression=None).",
    judge: Judge::Handshake { fires, tell },
};

/// Faults that are told; the others are counted.
const TOLD: usize = 3;

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let (elements, said) = elements(facts)?;
    let mut all = elements.iter().filter(|element| is_deflate(element));
    let is_faulty = all.any(|element| faults(element, said).next().is_some());
    match facts.sender {
        Side::Client => is_faulty.then_some(Severity::Info),
        Side::Server => {
            let breaks = is_faulty || is_named_twice(&elements) || larger_window(facts).is_some();
            breaks.then_some(rule.severity)
        }
    }
}

/// What the judged head says of extensions.
fn elements<'a>(facts: &HandshakeFacts<'a>) -> Option<(Vec<&'a [u8]>, Said)> {
    const FIELD: &str = "Sec-WebSocket-Extensions";
    match facts.sender {
        Side::Client => {
            facts.own_request()?;
            Some((facts.handshake.offered(FIELD), Said::InOffer))
        }
        Side::Server => {
            facts.own_switch()?;
            Some((facts.handshake.answered(FIELD)?, Said::InAnswer))
        }
    }
}

fn is_named_twice(elements: &[&[u8]]) -> bool {
    elements.iter().filter(|it| is_deflate(it)).nth(1).is_some()
}

/// The window that the 101 grants the server, and the largest one that an offer allows, where it
/// is smaller.
fn larger_window(facts: &HandshakeFacts<'_>) -> Option<(u8, u8)> {
    facts.handshake.request()?;
    let (answers, _) = elements(facts)?;
    let answer = answers.iter().find(|answer| is_deflate(answer))?;
    let granted = Terms::of(answer).server_window?;
    let offers = facts.handshake.offered("Sec-WebSocket-Extensions");
    let ours = offers.iter().filter(|offer| is_deflate(offer));
    let mut allowed = None;
    for offer in ours {
        // An offer that asks for none allows any.
        allowed = allowed.max(Some(Terms::of(offer).server_window?));
    }
    let allowed = allowed?;
    (granted > allowed).then_some((granted, allowed))
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let whose = match facts.sender {
        Side::Client => "permessage-deflate as the request offers it",
        Side::Server => "permessage-deflate in the 101",
    };
    let Some((elements, said)) = elements(facts) else {
        return facts.tell(whose);
    };
    let ours = elements.iter().filter(|element| is_deflate(element));
    let mut all = ours.flat_map(|element| faults(element, said));
    let mut words: Vec<String> = all.by_ref().take(TOLD).map(describe).collect();
    let more = all.count();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    if facts.sender == Side::Server {
        if is_named_twice(&elements) {
            words.push("it is named twice".to_owned());
        }
        if let Some((granted, allowed)) = larger_window(facts) {
            words.push(format!(
                "server_max_window_bits is {granted}, and no offer allows more than {allowed}"
            ));
        }
    }
    facts.tell(format!("{whose}: {}", words.join("; ")))
}

fn describe(fault: Fault<'_>) -> String {
    match fault {
        Fault::Unknown(parameter) if parameter.name.is_empty() => {
            "a semicolon has no parameter behind it".to_owned()
        }
        Fault::Unknown(parameter) => {
            format!("\"{}\" is no parameter of it", Untrusted(parameter.name))
        }
        Fault::Repeated(name) => format!("{name} stands there twice"),
        Fault::WithoutValue(name) => format!("{name} has no value"),
        Fault::WithValue(name, value) => {
            format!(
                "{name} has the value \"{}\", and must have none",
                Untrusted(&value)
            )
        }
        Fault::OutOfRange(name, value) => {
            format!(
                "{name} is \"{}\", no number from 8 to 15",
                Untrusted(&value)
            )
        }
    }
}
