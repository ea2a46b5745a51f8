//! The causes of verdicts as text: the list, and one of them explained. It knows how they are laid
//! out.

use std::io::{self, Write};

use super::catalogue::section;
use super::page::{FAINT, Line, PLAIN, Page, STRONG};
use crate::report::causes::Entry;

/// Writes a line for each cause.
///
/// # Errors
///
/// Those of `out`.
pub fn write_list(entries: &[Entry], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page::default();
    let width = entries.iter().map(|it| it.name.len()).max().unwrap_or(0);
    page.line(0, Line::default().and(STRONG, "Causes that verdicts name"));
    for entry in entries {
        let head = Line::new(format!("  {:<width$}  ", entry.name));
        page.entry(head, width + 4, entry.summary);
    }
    page.blank();
    out.write_all(page.into_text().as_bytes())
}

/// Writes everything that is said of one cause.
///
/// # Errors
///
/// Those of `out`.
pub fn write_explanation(entry: &Entry, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page::default();
    let head = Line::default()
        .and(STRONG, entry.name)
        .and(PLAIN, " – a cause of verdicts");
    page.line(0, head);
    page.entry(Line::new("  "), 2, entry.summary);
    section(&mut page, "Who", &[entry.parties]);
    section(&mut page, "Shown by", &[entry.shown_by]);
    section(&mut page, "What to change", &[entry.change]);
    for snippet in entry.snippets {
        page.blank();
        let place = format!("{}: {}", snippet.product, snippet.place);
        page.entry(Line::new("  "), 2, Line::default().and(FAINT, place));
        page.pasted(6, snippet.text);
    }
    if !entry.confirm.is_empty() {
        page.blank();
        page.line(0, Line::default().and(STRONG, "To confirm"));
        page.pasted(2, entry.confirm);
    }
    section(&mut page, "To be sure", &[entry.settle]);
    out.write_all(page.into_text().as_bytes())
}
