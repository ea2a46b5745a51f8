//! What is the matter with the captures themselves, below a title of its own.

use super::page::{FAINT, Line, PLAIN, Page};
use super::words::hygiene::told;
use crate::report::model::Note;
use crate::report::names::Names;

/// A few lines for each kind of trouble, and nothing where there is none.
pub(super) fn write(page: &mut Page, notes: &[Note], names: &Names) {
    if notes.is_empty() {
        return;
    }
    page.line(0, "About the capture itself:");
    for note in told(notes, names) {
        let text = format!("{}  [{}]", note.what, note.kind);
        page.entry(Line::new("  "), 4, text);
        let head = Line::default().and(FAINT, "    → ");
        page.entry(head, 6, Line::default().and(PLAIN, note.advice));
    }
    page.blank();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Severity;

    fn note(kind: &'static str, input: Option<u32>, count: u64) -> Note {
        Note {
            kind,
            severity: Severity::Info,
            input,
            count,
            packet: input.map(|input| u64::from(input) + 7),
            message: format!("{count} of them"),
            advice: "do better",
        }
    }

    fn shown(notes: &[Note], names: &[&str]) -> String {
        let mut page = Page::default();
        write(&mut page, notes, &Names::new(names.iter().copied()));
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn nothing_is_said_of_a_capture_that_is_as_it_should_be() {
        assert_eq!(shown(&[], &["a.pcap"]), "");
    }

    #[test]
    fn one_capture_has_no_name() {
        let notes = [note("snaplen", Some(0), 3), note("one-sided", None, 1)];
        insta::assert_snapshot!(shown(&notes, &["a.pcap"]), @"
        About the capture itself:
          3 of them – first in packet 7  [snaplen]
            → do better
          1 of them  [one-sided]
            → do better
        ");
    }

    #[test]
    fn the_worst_of_several_speaks_for_all() {
        let notes = [
            note("snaplen", Some(0), 3),
            note("doubled-packets", Some(0), 2),
            note("snaplen", Some(1), 30),
            note("snaplen", Some(2), 30),
        ];
        insta::assert_snapshot!(shown(&notes, &["a.pcap", "b.pcap", "c.pcap"]), @"
        About the capture itself:
          30 of them – first in packet 8 of b.pcap; the same in 2 other captures
            [snaplen]
            → do better
          2 of them – first in packet 7 of a.pcap  [doubled-packets]
            → do better
        ");
    }
}
