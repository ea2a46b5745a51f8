//! The report as JSON. It knows how the text is laid out and which characters may stand in it as
//! they are, and nothing of what it says.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::model::{Comparison, Report};
use crate::untrusted::Shown;

/// Writes the report, indented, with a line end behind it.
///
/// # Errors
///
/// Those of `out`.
pub fn write(report: &Report, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    write_value(report, out)
}

/// Writes a comparison that way.
///
/// # Errors
///
/// Those of `out`.
pub fn write_comparison(
    comparison: &Comparison,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    write_value(comparison, out)
}

/// Writes any value that way.
pub(super) fn write_value(
    value: &impl Serialize,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let layout = Harmless(PrettyFormatter::new());
    value.serialize(&mut Serializer::with_formatter(&mut *out, layout))?;
    out.write_all(b"\n")
}

/// Writes any value in one line.
pub(super) fn write_line(
    value: &impl Serialize,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let layout = Harmless(CompactFormatter);
    value.serialize(&mut Serializer::with_formatter(&mut *out, layout))?;
    out.write_all(b"\n")
}

/// Laid out as by `F`, with every character escaped that a reader would not see or a terminal would act
/// on: JSON itself asks for that of the first 32 only.
struct Harmless<F>(F);

/// Escapes what is not harmless; all else is as `F` has it.
impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, character) in fragment.char_indices() {
            if Shown(character).is_harmless() {
                continue;
            }
            let before = fragment.get(written..at).unwrap_or_default();
            out.write_all(before.as_bytes())?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + character.len_utf8();
        }
        let rest = fragment.get(written..).unwrap_or_default();
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::sample;

    #[test]
    fn ends_with_one_line_end_and_reads_back() {
        let mut out = Vec::new();
        write(&sample::runbook(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema"], "wsblame.report/1");
        assert_eq!(value["connections"][0]["close"]["client"]["code"], 1002);
        assert_eq!(value["connections"][0]["findings"][1]["severity"], "error");
    }

    #[test]
    fn a_writer_that_fails_is_an_error_not_a_panic() {
        let mut full: &mut [u8] = &mut [0; 8];
        assert!(write(&sample::runbook(), &mut full).is_err());
    }

    #[test]
    fn no_character_of_the_wire_stands_unescaped_that_a_terminal_acts_on() {
        let mut out = Vec::new();
        write(&sample::hostile(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let harmful = |it: &char| *it != '\n' && !Shown(*it).is_harmless();
        assert_eq!(text.chars().find(harmful), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn texts_of_the_wire_are_harmless_and_read_back_as_they_were(texts in sample::texts()) {
            let report = sample::filled(&texts);
            let mut out = Vec::new();
            write(&report, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let harmful = |it: &char| *it != '\n' && !Shown(*it).is_harmless();
            prop_assert_eq!(text.chars().find(harmful), None);
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(value, serde_json::to_value(&report).unwrap());
        }
    }

    #[test]
    fn what_is_escaped_reads_back_as_it_was() {
        let written = |value: &str| {
            let mut out = Vec::new();
            write_value(&value, &mut out).unwrap();
            let read: String = serde_json::from_slice(&out).unwrap();
            assert_eq!(read, value);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            written("\u{9b}31m\"\u{7f}a\u{202e}\u{e0041}\u{e4}\n"),
            "\"\\u009b31m\\\"\\u007fa\\u202e\\udb40\\udc41\u{e4}\\n\"\n"
        );
        assert_eq!(written(""), "\"\"\n");
    }

    #[test]
    fn the_layout_is_the_usual_one() {
        let value = serde_json::json!({"a": [1, [], {}, {"\u{9b}": null}], "b": {}});
        let mut out = Vec::new();
        write_value(&value, &mut out).unwrap();
        let usual = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            usual.replace('\u{9b}', "\\u009b") + "\n"
        );
    }
}
