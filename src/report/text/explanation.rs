//! The explanation of an error text, as text: the answer first, then the causes, those that a
//! capture supports before all others. It knows how they are laid out.

use std::io::{self, Write};

use super::page::{BAD, DOUBTFUL, FAINT, GOOD, Line, PLAIN, Page, STRONG};
use super::words::{bounded, counted, first_few, packet, quoted, with_names};
use crate::report::explanation::{Capture, Cause, Explanation, RULED_OUT, SUPPORTED, Said};
use crate::report::names::Names;
use crate::symptoms::fit::Place;
use crate::symptoms::text::{LOOKED_AT, SAME};

/// Writes everything that is said of a text.
///
/// # Errors
///
/// Those of `out`.
pub fn write(explanation: &Explanation, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page::default();
    let inputs = explanation.capture.iter().flat_map(|it| &it.inputs);
    let names = Names::new(inputs.map(String::as_str));
    answer(&mut page, explanation, &names);
    if let Some(means) = explanation.means {
        heading(&mut page, "What it means");
        page.entry(Line::new("  "), 2, means);
        for note in &explanation.notes {
            page.entry(Line::new("  - "), 4, note.as_str());
        }
    }
    numbers(&mut page, explanation);
    if let Some(capture) = &explanation.capture {
        shown(&mut page, explanation, capture, &names);
    }
    causes(&mut page, explanation, &names);
    if let [_, others @ ..] = explanation.matches.as_slice()
        && !others.is_empty()
    {
        heading(&mut page, "Other texts that it is like");
        others.iter().for_each(|said| known(&mut page, said));
    }
    out.write_all(page.into_text().as_bytes())
}

/// The answer, in a few lines.
fn answer(page: &mut Page, explanation: &Explanation, names: &Names) {
    let text = quoted(&explanation.text);
    page.line(0, Line::default().and(STRONG, text));
    if explanation.truncated {
        let note = format!("only its first {LOOKED_AT} bytes were looked at");
        page.line(2, Line::default().and(FAINT, note));
    }
    match explanation.matches.first() {
        Some(said) => {
            let how = if said.similarity >= SAME {
                "is a text of "
            } else {
                "is like a text of "
            };
            let line = Line::new(how).and(STRONG, said.library.as_str());
            let is_all = said.text.eq_ignore_ascii_case(&explanation.text);
            page.line(
                2,
                if is_all {
                    line
                } else {
                    line.and(PLAIN, format!(": {}", said.text))
                },
            );
        }
        None => page.line(
            2,
            "is none of the texts that wsblame knows, and not near enough to one to say what it \
             means",
        ),
    }
    if !explanation.nearest.is_empty() {
        page.line(2, "the nearest are:");
        explanation
            .nearest
            .iter()
            .for_each(|said| known(page, said));
    }
    let supported = |cause: &&Cause| cause.supported == Some(SUPPORTED);
    let supporting = explanation.causes.iter().filter(supported).count();
    match (
        explanation.causes.iter().find(supported),
        &explanation.capture,
    ) {
        (Some(cause), _) => {
            let line = Line::default()
                .and(BAD, "the capture supports: ")
                .and(STRONG, cause.title)
                .and(PLAIN, format!(" – {}", places(&cause.places, names)));
            page.line(2, line);
            let more = match supporting {
                0 | 1 => String::new(),
                all => format!("; and it supports {} of the others below", all - 1),
            };
            page.line(2, format!("at fault: {}{more}", cause.at_fault));
        }
        (None, Some(capture)) => {
            if let Some(hint) = &capture.hint {
                page.line(2, Line::default().and(DOUBTFUL, hint.as_str()));
            }
        }
        (None, None) => {
            if let Some(cause) = explanation.causes.first() {
                let line = Line::new("most often: ").and(STRONG, cause.title);
                page.line(2, line);
                page.line(2, format!("at fault: {}", cause.at_fault));
            }
        }
    }
}

fn heading(page: &mut Page, heading: &str) {
    page.blank();
    page.line(0, Line::default().and(STRONG, heading));
}

fn known(page: &mut Page, said: &Said) {
    let line = Line::default()
        .and(FAINT, format!("{}: ", said.library))
        .and(PLAIN, said.text);
    page.entry(Line::new("  - "), 4, line);
}

fn numbers(page: &mut Page, explanation: &Explanation) {
    if explanation.decoded.is_empty() {
        return;
    }
    heading(page, "Its numbers");
    for decoded in &explanation.decoded {
        let head = Line::new("  ").and(STRONG, decoded.number.as_str());
        page.entry(head.and(PLAIN, "  "), 6, decoded.means.as_str());
    }
}

/// What the capture shows by itself, where the text does not lead there.
fn shown(page: &mut Page, explanation: &Explanation, capture: &Capture, names: &Names) {
    let supported = |cause: &Cause| cause.supported == Some(SUPPORTED);
    let is_answered = explanation.causes.iter().any(supported);
    if is_answered || capture.shows.is_empty() {
        return;
    }
    let broken = counted(capture.broken, "broken connection");
    heading(page, &format!("What the capture shows: {broken}"));
    for shown in &capture.shows {
        let place = places(&[shown.place], names);
        let line = Line::new(format!(
            "{place}: {} ",
            with_names(&bounded(&shown.message), names)
        ))
        .and(FAINT, format!(" [{}]", shown.rule));
        page.entry(Line::new("  - "), 4, line);
        if let Some(verdict) = &shown.verdict {
            page.line(4, format!("verdict: {verdict}"));
        }
    }
    page.line(2, "all of it: wsblame check");
}

fn causes(page: &mut Page, explanation: &Explanation, names: &Names) {
    if explanation.causes.is_empty() {
        return;
    }
    let is_held = explanation.capture.is_some();
    let of = |wanted: Option<&str>| -> Vec<&Cause> {
        let causes = explanation.causes.iter();
        causes.filter(|cause| cause.supported == wanted).collect()
    };
    if !is_held {
        heading(page, "Known causes, the likeliest first");
        for (number, cause) in (1_u64..).zip(&explanation.causes) {
            title(page, &format!("{number}. "), cause);
            advice(page, cause);
        }
        return;
    }
    let supported = of(Some(SUPPORTED));
    let is_answered = !supported.is_empty();
    if !supported.is_empty() {
        heading(page, "Known causes that the capture supports");
        for (number, cause) in (1_u64..).zip(supported) {
            title(page, &format!("{number}. "), cause);
            let seen = format!("{}: {}", places(&cause.places, names), why(cause, names));
            detail(page, "seen", Line::new(seen));
            advice(page, cause);
        }
    }
    let unknown: Vec<_> = explanation
        .causes
        .iter()
        .filter(|it| !matches!(it.supported, Some(SUPPORTED | RULED_OUT)))
        .collect();
    if !unknown.is_empty() {
        heading(page, "Known causes of which it cannot tell");
        for (why, causes) in by_reason(unknown, names) {
            page.entry(
                Line::new("  "),
                2,
                Line::default().and(FAINT, format!("{why}:")),
            );
            for cause in causes {
                if is_answered {
                    page.entry(Line::new("  - "), 4, cause.title);
                    continue;
                }
                title(page, "- ", cause);
                detail(page, "on wire", Line::new(cause.signature));
                detail(page, "capture", Line::new(cause.capture));
            }
        }
    }
    let ruled_out = of(Some(RULED_OUT));
    if !ruled_out.is_empty() {
        heading(page, "Known causes that it rules out");
        for (why, causes) in by_reason(ruled_out, names) {
            page.entry(
                Line::new("  "),
                2,
                Line::default().and(FAINT, format!("{why}:")),
            );
            for cause in causes {
                page.entry(Line::new("  - ").and(GOOD, "not: "), 9, cause.title);
            }
        }
    }
}

/// Causes by the reason for what is said of them, each reason once.
fn by_reason<'a>(causes: Vec<&'a Cause>, names: &Names) -> Vec<(String, Vec<&'a Cause>)> {
    let mut reasons: Vec<(String, Vec<&Cause>)> = Vec::new();
    for cause in causes {
        let why = why(cause, names);
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, causes)) => causes.push(cause),
            None => reasons.push((why, vec![cause])),
        }
    }
    reasons
}

fn why(cause: &Cause, names: &Names) -> String {
    with_names(&bounded(cause.why.as_deref().unwrap_or_default()), names)
}

fn title(page: &mut Page, head: &str, cause: &Cause) {
    let head = Line::new(format!("  {head}"));
    page.entry(head, 5, Line::default().and(STRONG, cause.title));
}

fn advice(page: &mut Page, cause: &Cause) {
    detail(page, "at fault", Line::new(cause.at_fault.as_str()));
    detail(page, "on wire", Line::new(cause.signature));
    detail(page, "change", Line::new(cause.fix));
    detail(page, "capture", Line::new(cause.capture));
    let rules = cause
        .rules
        .iter()
        .map(|rule| format!("wsblame rules {rule}"));
    let more: Vec<String> = rules.chain(cause.sources.iter().cloned()).collect();
    if !more.is_empty() {
        detail(page, "more", Line::default().and(FAINT, first_few(more)));
    }
}

fn detail(page: &mut Page, label: &str, body: Line) {
    let head = Line::new("     ").and(FAINT, format!("{label:<9}"));
    page.entry(head, 14, body);
}

/// Where something is: connections with their first packets.
fn places(places: &[Place], names: &Names) -> String {
    let mut told: Vec<(u64, Vec<String>)> = Vec::new();
    for place in places {
        let packet = packet(place.packet, place.input, names);
        match told.iter_mut().find(|(id, _)| *id == place.connection) {
            Some((_, packets)) if packets.contains(&packet) => {}
            Some((_, packets)) => packets.push(packet),
            None => told.push((place.connection, vec![packet])),
        }
    }
    first_few(
        told.into_iter().map(|(connection, packets)| {
            format!("connection {connection}, {}", packets.join(" and "))
        }),
    )
}

#[cfg(test)]
mod tests;
