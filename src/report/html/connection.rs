//! A broken connection as values for the page: who, what passed, how it ended, what is wrong with it.

use serde::Serialize;

use super::findings::{self, Told};
use super::handshake::{self, Handshake};
use super::timeline::{self, Timeline};
use super::verdict;
use super::wireshark::{self, Look};
use crate::report::model::{Connection, Report};
use crate::report::names::Names;
use crate::report::words::connection as words;
use crate::report::words::finding::Scale;
use crate::report::words::{bounded, counted, first_few, peer};
use crate::side::Side;

/// A broken connection.
#[derive(Serialize)]
pub(super) struct View {
    /// Its place on the page, from 1: what ids are made of.
    at: usize,
    id: u64,
    client: String,
    server: String,
    asked_for: String,
    verdict: Option<verdict::View>,
    timeline: Option<Timeline>,
    handshake: Option<Handshake>,
    findings: Vec<Told>,
    /// Findings that are not told.
    more: usize,
    facts: Vec<(&'static str, String)>,
    looks: Vec<Look>,
}

/// The last of these connections, which stand on the page in this order.
pub(super) fn view(report: &Report, names: &Names, told: &[&Connection]) -> Option<View> {
    let (connection, before) = told.split_last()?;
    let at = told.len();
    let fix = |it: &Connection| {
        Some((
            it.verdict.as_ref()?.cause,
            it.verdict.as_ref()?.remedy.clone(),
        ))
    };
    let same = before
        .iter()
        .position(|it| fix(it).is_some() && fix(it) == fix(connection));
    let told_at = same.and_then(|at| Some((at + 1, before.get(at)?.id)));
    let scale = Scale::of(connection, names);
    let (told, more) = findings::view(scale, connection);
    let worst = findings::ordered(connection).first().map(|(it, _)| *it);
    Some(View {
        at,
        id: connection.id,
        client: peer(&connection.client),
        server: peer(&connection.server),
        asked_for: words::asked_for(&connection.handshake),
        verdict: connection
            .verdict
            .as_ref()
            .map(|it| verdict::view(names, connection, it, told_at)),
        timeline: timeline::view(connection),
        handshake: handshake::view(connection),
        findings: told,
        more,
        facts: facts(names, connection),
        looks: wireshark::view(report, connection, worst),
    })
}

/// What else is known of it, each with its name.
fn facts(names: &Names, connection: &Connection) -> Vec<(&'static str, String)> {
    let scale = Scale::of(connection, names);
    let mut facts = Vec::new();
    let mut fact = |name, text: Option<String>| {
        if let Some(text) = text {
            facts.push((name, bounded(&text)));
        }
    };
    fact("Start", Some(words::start(connection, names)));
    let handshake = &connection.handshake;
    let after = words::after_answer(handshake, names);
    fact("Handshake", Some(words::answer(handshake) + &after));
    fact("Carried in", words::carriers(connection));
    let preambles = &connection.preambles;
    let preambles =
        (!preambles.is_empty()).then(|| first_few(preambles.iter().map(words::preamble)));
    fact("Before HTTP", preambles);
    for side in Side::BOTH {
        let (frames, messages) = (connection.frames.of(side), connection.messages.of(side));
        let whole = messages.text.saturating_add(messages.binary);
        let name = match side {
            Side::Client => "Frames of the client",
            Side::Server => "Frames of the server",
        };
        let whole = counted(whole, "whole message");
        fact(name, Some(format!("{}; {whole}", words::frames_of(frames))));
    }
    fact("End", Some(words::end(connection, scale)));
    let missing = words::captured(connection);
    let missing = missing.unwrap_or_else(|| "nothing: both directions are here whole".to_owned());
    fact("Not captured", Some(missing));
    fact("Not judged", words::unjudged(connection, names));
    let other = connection.other_leg;
    fact(
        "Other leg",
        other.map(|it| format!("connection {it}: this capture holds both sides of a proxy")),
    );
    let same = connection.same_as;
    fact(
        "The same",
        same.map(|it| format!("as connection {it}, behind address translation")),
    );
    facts
}
