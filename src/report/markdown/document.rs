//! Blocks of Markdown, one below the other. It knows what a heading, a list, a table and a block of
//! code look like, and takes no text but what was escaped.

use super::escape::{Inline, fenced};

/// A document under construction.
#[derive(Debug, Default)]
pub(super) struct Document {
    text: String,
}

/// How deep a heading is: 1 is the document's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level(pub(super) usize);

impl Level {
    /// Of the sections within.
    pub(super) const fn below(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Document {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn heading(&mut self, level: Level, text: &Inline) {
        let marks = "#".repeat(level.0);
        self.block(&format!("{marks} {}\n", text.in_line()));
    }

    pub(super) fn paragraph(&mut self, text: &Inline) {
        let line = text.in_line();
        if !line.is_empty() {
            self.block(&format!("{line}\n"));
        }
    }

    /// A list; nothing where it has no items.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = Inline>) {
        let items = items.into_iter().map(|it| format!("- {}\n", it.in_line()));
        self.block(&items.collect::<String>());
    }

    /// A table; nothing where it has no rows.
    pub(super) fn table<const COLUMNS: usize>(
        &mut self,
        head: [&'static str; COLUMNS],
        rows: impl IntoIterator<Item = [Inline; COLUMNS]>,
    ) {
        let rows = rows
            .into_iter()
            .map(|row| row_of(row.map(|it| it.in_cell())));
        let rows: String = rows.collect();
        if !rows.is_empty() {
            let head = row_of(head.map(str::to_owned));
            let line = row_of([(); COLUMNS].map(|()| "---".to_owned()));
            self.block(&format!("{head}{line}{rows}"));
        }
    }

    /// A block of code in a language; nothing where there is none.
    pub(super) fn code(&mut self, language: &'static str, text: &str) {
        if !text.is_empty() {
            self.block(&fenced(language, text));
        }
    }

    fn block(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }
}

fn row_of<const COLUMNS: usize>(cells: [String; COLUMNS]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
