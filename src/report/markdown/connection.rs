//! A connection for a ticket: the verdict, what it stands on, what was captured of it, the fix, and
//! how to see it with other programs. It knows the order, and takes its words from where the text
//! takes them.

use super::commands;
use super::document::{Document, Level};
use super::escape::Inline;
use super::findings;
use super::timeline;
use super::verdict::Told;
use crate::report::model::{Connection, Report};
use crate::report::names::Names;
use crate::report::words::connection::{
    after_answer, answer, asked_for, captured, carriers, end, frames, passed_by, preamble, start,
    told_by, unjudged,
};
use crate::report::words::finding::Scale;
use crate::report::words::{capital, first_few, peer};

/// What a heading calls it where the document is about nothing else.
pub(super) const THIS: &str = "this WebSocket connection";

/// The heading: who broke it.
pub(super) fn title(connection: &Connection, names: &Names, what: &str) -> Inline {
    match told(connection, names) {
        Some(told) => told.title(what),
        None => Inline::text(&format!("{} is broken", capital(what))),
    }
}

/// Everything about it, below its heading; its sections are at this level.
pub(super) fn write(
    document: &mut Document,
    report: &Report,
    names: &Names,
    connection: &Connection,
    level: Level,
) {
    let told = told(connection, names);
    let scale = Scale::of(connection, names);
    if let Some(told) = told {
        told.conclude(document);
    }
    document.heading(level, &Inline::text("Evidence"));
    if let Some(told) = told {
        told.evidence(document);
    }
    document.heading(level.below(), &Inline::text("The connection"));
    document.table(["What", "As it was captured"], facts(connection, names));
    findings::write(document, scale, connection, level.below());
    timeline::write(document, scale, connection, level.below());
    if let Some(told) = told {
        told.against(document, level);
        told.fix(document, level);
    }
    let worst = findings::worst(connection);
    let (packet, input) = worst.map_or((connection.first_packet, connection.input), |it| {
        (it.packet, it.input)
    });
    let subject = commands::Subject {
        connection,
        packet,
        input,
        inputs: &report.inputs,
        names,
    };
    commands::write(document, &[subject], level);
}

fn told<'r>(connection: &'r Connection, names: &'r Names) -> Option<Told<'r>> {
    let verdict = connection.verdict.as_ref()?;
    let ends = (&connection.client, &connection.server);
    Some(Told {
        verdict,
        ends,
        names,
    })
}

/// What was captured of it, each with its label.
fn facts(connection: &Connection, names: &Names) -> Vec<[Inline; 2]> {
    let handshake = &connection.handshake;
    let scale = Scale::of(connection, names);
    let start = match told_by(connection) {
        None => start(connection, names),
        Some(others) => format!("{}; {others}", start(connection, names)),
    };
    let asked_for = Some(asked_for(handshake)).filter(|it| !it.is_empty());
    let before = (!connection.preambles.is_empty())
        .then(|| first_few(connection.preambles.iter().map(preamble)));
    let other_leg = connection
        .other_leg
        .map(|other| format!("connection {other}: this capture holds both sides of a proxy"));
    let same = connection
        .same_as
        .map(|same| format!("as connection {same}, behind address translation"));
    let answered = format!("{}{}", answer(handshake), after_answer(handshake, names));
    let facts = [
        ("client", Some(peer(&connection.client))),
        ("server", Some(peer(&connection.server))),
        ("asked for", asked_for),
        ("number in this report", Some(connection.id.to_string())),
        ("other leg", other_leg),
        ("the same", same),
        ("start", Some(start)),
        ("carried in", carriers(connection)),
        ("before", before),
        ("handshake", Some(answered)),
        ("passed by", passed_by(connection)),
        ("frames", frames(connection)),
        ("not seen", captured(connection)),
        ("not judged", unjudged(connection, names)),
        ("end", Some(end(connection, scale))),
    ];
    let facts = facts.into_iter();
    facts
        .filter_map(|(label, fact)| Some([Inline::text(label), Inline::text(&fact?)]))
        .collect()
}
