//! Lines of text. It knows widths, wrapping and styles, and nothing of reports; whatever is put
//! on a page is shown harmlessly.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::words::NO_BREAK;
use crate::untrusted::Shown;

/// Columns that lines are wrapped to: the width of a terminal nobody resized.
pub(super) const WIDTH: usize = 80;

pub(in crate::report) const PLAIN: Style = Style::new();
pub(in crate::report) const STRONG: Style = Style::new().bold();
pub(in crate::report) const FAINT: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(in crate::report) const BAD: Style = AnsiColor::BrightRed.on_default().bold();
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

/// A piece of a line, in one style.
#[derive(Clone, Debug, Default)]
pub(in crate::report) struct Line(Vec<(Style, String)>);

impl Line {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self::default().and(PLAIN, text)
    }

    /// The line and a text in a style.
    #[must_use]
    pub(super) fn and(mut self, style: Style, text: impl Into<String>) -> Self {
        self.0.push((style, text.into()));
        self
    }

    /// Its text without styles.
    pub(in crate::report) fn into_plain(self) -> String {
        self.0.into_iter().map(|(_, text)| text).collect()
    }

    fn columns(&self) -> usize {
        self.0.iter().map(|(_, text)| text.chars().count()).sum()
    }

    /// Its characters, harmless, each with its style.
    fn characters(&self) -> impl Iterator<Item = (Style, char)> {
        self.0.iter().flat_map(|(style, text)| {
            text.chars().flat_map(|character| {
                let shown: Vec<_> = Shown(character).to_string().chars().collect();
                shown.into_iter().map(|character| (*style, character))
            })
        })
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Text under construction, with terminal styles in it.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    /// Columns that its lines are wrapped to.
    width: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            text: String::new(),
            width: WIDTH,
        }
    }
}

impl Page {
    /// A page whose lines are as long as their texts.
    pub(super) fn unwrapped() -> Self {
        Self {
            width: usize::MAX,
            ..Self::default()
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Its lines without styles.
    pub(super) fn into_plain_lines(self) -> Vec<String> {
        let plain = anstream::adapter::strip_str(&self.text).to_string();
        plain.lines().map(str::to_owned).collect()
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line, wrapped; what does not fit goes below, indented deeper by 2.
    pub(super) fn line(&mut self, indent: usize, line: impl Into<Line>) {
        self.entry(Line::new(" ".repeat(indent)), indent + 2, line);
    }

    /// A head that stays as it is, and a text behind it, wrapped; what does not fit goes below,
    /// indented by `hanging`.
    pub(super) fn entry(&mut self, head: Line, hanging: usize, body: impl Into<Line>) {
        let mut row = Row::default();
        for (style, character) in head.characters() {
            row.put(style, character);
        }
        let mut word = Row::default();
        // Everything before the first word is the head's: a break there would gain nothing.
        let mut fresh = true;
        let mut gap: Vec<(Style, char)> = Vec::new();
        let body = body.into();
        for (style, character) in body.characters().chain([(PLAIN, ' ')]) {
            if character != ' ' {
                let shown = if character == NO_BREAK {
                    ' '
                } else {
                    character
                };
                word.put(style, shown);
                if word.columns + hanging < self.width {
                    continue;
                }
            }
            if word.columns > 0 {
                if !fresh && row.columns + gap.len() + word.columns > self.width {
                    self.finish(&mut row);
                    row.indent(hanging);
                } else {
                    gap.iter()
                        .for_each(|(style, space)| row.put(*style, *space));
                }
                row.append(&mut word);
                gap.clear();
                fresh = false;
            }
            if character == ' ' {
                gap.push((style, character));
            }
        }
        self.finish(&mut row);
    }

    /// A label in its column, and a text behind it.
    pub(super) fn field(&mut self, label: &str, body: impl Into<Line>) {
        let head = Line::new("  ").and(FAINT, format!("{label:<11}"));
        let hanging = head.columns();
        self.entry(head, hanging, body);
    }

    /// A text to be copied: in its own lines, however long, and harmless.
    pub(super) fn pasted(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            self.text.push_str(&" ".repeat(indent));
            for character in line.trim_end().chars() {
                // Writing to a string cannot fail.
                let _ = write!(self.text, "{}", Shown(character));
            }
            self.text.push('\n');
        }
    }

    /// A text that was laid out and made harmless by others.
    pub(super) fn verbatim(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    fn finish(&mut self, row: &mut Row) {
        self.text.push_str(&row.take());
        self.text.push('\n');
    }
}

/// Characters of one row, with as few changes of style as they need.
#[derive(Debug, Default)]
struct Row {
    characters: Vec<(Style, char)>,
    columns: usize,
}

impl Row {
    fn put(&mut self, style: Style, character: char) {
        self.characters.push((style, character));
        self.columns += 1;
    }

    fn indent(&mut self, columns: usize) {
        (0..columns).for_each(|_| self.put(PLAIN, ' '));
    }

    fn append(&mut self, other: &mut Self) {
        self.characters.append(&mut other.characters);
        self.columns += std::mem::take(&mut other.columns);
    }

    fn take(&mut self) -> String {
        let mut text = String::new();
        let mut current = PLAIN;
        for (style, character) in self.characters.drain(..) {
            if style != current {
                // Writing to a string cannot fail.
                let _ = write!(text, "{}{}", current.render_reset(), style.render());
                current = style;
            }
            text.push(character);
        }
        let _ = write!(text, "{}", current.render_reset());
        self.columns = 0;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(head: &str, hanging: usize, body: &str) -> String {
        let mut page = Page::default();
        page.entry(Line::new(head), hanging, body);
        page.into_text()
    }

    #[test]
    fn a_text_is_wrapped_between_words_and_hangs() {
        let text = entry("head  ", 6, &"word ".repeat(40));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(text.starts_with("head  word word"));
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("      word"))
        );
        assert_eq!(text.matches("word").count(), 40);
    }

    #[test]
    fn a_word_wider_than_the_page_is_broken() {
        let text = entry("", 4, &"x".repeat(300));
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert_eq!(text.matches('x').count(), 300);
    }

    #[test]
    fn spaces_between_words_are_kept_within_a_row() {
        assert_eq!(entry("", 0, "a  b"), "a  b\n");
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(
            entry("\u{7}", 0, "a\u{1b}[31m\nb\u{202e}"),
            "\\u{7}a\\u{1b}[31m\\nb\\u{202e}\n"
        );
    }

    #[test]
    fn styles_are_reset_at_the_end_of_each_row() {
        let mut page = Page::default();
        page.line(0, Line::default().and(BAD, "bad").and(PLAIN, " good"));
        let text = page.into_text();
        assert_eq!(text, format!("{BAD}bad{BAD:#} good\n"));
    }
}
