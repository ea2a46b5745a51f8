//! The report as JSON. It knows how the text is laid out, and nothing of what it says.

use std::io::{self, Write};

use super::model::Report;

/// Writes the report, indented, with a line end behind it.
///
/// # Errors
///
/// Those of `out`.
pub fn write(report: &Report, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
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
    fn no_control_character_of_the_wire_stands_unescaped() {
        let mut out = Vec::new();
        write(&sample::hostile(), &mut out).unwrap();
        assert!(!out.iter().any(|&byte| byte < 0x20 && byte != b'\n'));
    }
}
