//! The report as one HTML file that needs nothing beside it: for a ticket, a telephone, a printer.
//!
//! The templates beside this module hold all markup; the code makes plain values for them. Texts
//! reach the page through one formatter only, which escapes them and shows control characters.

mod chart;
mod connection;
mod excerpt;
mod findings;
mod groups;
mod handshake;
mod inputs;
mod summary;
mod timeline;
mod verdict;
mod wireshark;
mod worst;

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, escape_formatter};
use serde::Serialize;

use super::model::{Connection, Report};
use super::text::names_of;
use super::words::first_few;
use crate::untrusted::Shown;

/// Broken connections that are told in full unless asked otherwise.
pub const TOP: usize = 20;

/// The templates, by the names that they call each other by.
const TEMPLATES: [(&str, &str); 6] = [
    ("page.html", include_str!("page.html")),
    ("style.html", include_str!("style.html")),
    ("macros.html", include_str!("macros.html")),
    ("overview.html", include_str!("overview.html")),
    ("connection.html", include_str!("connection.html")),
    ("timeline.html", include_str!("timeline.html")),
];

/// All that the page is made of.
#[derive(Serialize)]
struct View {
    title: String,
    summary: summary::Summary,
    chart: Option<chart::Chart>,
    groups: Vec<groups::Group>,
    known: Vec<groups::Known>,
    details: Vec<connection::View>,
    rest: Vec<worst::Row>,
    /// Broken connections that are not even in the table.
    untold: usize,
    inputs: inputs::Inputs,
    tool: String,
}

/// Writes the report, with at most `top` broken connections in full.
///
/// # Errors
///
/// Those of `out`.
pub fn write(report: &Report, top: usize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let view = view(report, top);
    let page = environment()
        .and_then(|templates| templates.get_template("page.html")?.render(Serde(&view)));
    let page = page.map_err(io::Error::other)?;
    out.write_all(page.as_bytes())?;
    out.write_all(b"\n")
}

fn view(report: &Report, top: usize) -> View {
    let names = names_of(report);
    let order = worst::order(&report.connections);
    let (told, others) = order.split_at(order.len().min(top));
    let details = (1..=told.len()).filter_map(|number| {
        let told = told.get(..number)?;
        connection::view(report, &names, told)
    });
    let title = match report.summary.broken {
        0 => "WebSocket report: nothing broken".to_owned(),
        broken => format!("WebSocket report: {broken} broken"),
    };
    View {
        title,
        summary: summary::view(report, &names, &order, told.len()),
        chart: chart::view(&report.connections),
        groups: groups::view(&report.connections),
        known: groups::known(&report.connections, &names),
        details: details.collect(),
        rest: others
            .iter()
            .take(worst::ROWS)
            .map(|it| worst::row(it))
            .collect(),
        untold: others.len().saturating_sub(worst::ROWS),
        inputs: inputs::view(report, &names),
        tool: format!("{} {}", report.tool.name, report.tool.version),
    }
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut templates = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    templates.set_syntax(syntax);
    templates.set_auto_escape_callback(|_name| AutoEscape::Html);
    templates.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() && !is_harmless(text) => {
            escape_formatter(out, state, &Value::from(harmless(text)))
        }
        _ => escape_formatter(out, state, value),
    });
    for (name, source) in TEMPLATES {
        templates.add_template(name, source)?;
    }
    Ok(templates)
}

/// A line end may stand in a text to paste; in texts from the wire it was escaped before.
fn stays(character: char) -> bool {
    character == '\n' || Shown(character).is_harmless()
}

fn is_harmless(text: &str) -> bool {
    text.chars().all(stays)
}

fn harmless(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if stays(character) {
            shown.push(character);
        } else {
            shown.push_str(&Shown(character).to_string());
        }
    }
    shown
}

/// The numbers of some connections.
fn ids<'r>(connections: impl IntoIterator<Item = &'r Connection>) -> String {
    first_few(connections.into_iter().map(|it| it.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn page(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, TOP, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_sample_has_a_page() {
        for report in [
            sample::runbook(),
            sample::clean_with_gaps(),
            sample::hostile(),
        ] {
            let page = page(&report);
            assert!(page.starts_with("<!doctype html>"), "{page}");
            assert!(is_harmless(&page));
        }
    }

    #[test]
    fn markup_and_control_characters_are_shown() {
        let text = "</pre><script>\u{1b}\u{202e}'\"&";
        let report = sample::filled(&[text.to_owned()]);
        let page = page(&report);
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;\\u{1b}\\u{202e}"), "{page}");
    }
}
