//! What may stand on the command line, and which command it means. Options that several
//! commands share are here; the others are with their command.

use clap::{ColorChoice, Parser, Subcommand, ValueEnum};

use super::check::Check;
use super::compare::Compare;
use super::console::Console;
use super::explain::Explain;
use super::frames::Frames;
use super::messages::Messages;
use super::report::Rendering;
use super::rules::Rules;
use super::status::Status;
use crate::diagnosis::causes;
use crate::rules::{ALL, Severity};

/// Reads packet captures and says what broke a WebSocket connection
#[derive(Debug, Parser)]
#[command(
    name = "wsblame",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  tcpdump -i eth0 --immediate-mode -s 0 -w ws.pcap 'tcp port 8001'
  wsblame check ws.pcap
  wsblame frames --show-payload ws.pcap
  wsblame rules rsv-without-extension
  wsblame explain 'RSV1 must be clear' ws.pcap

Exit status:
  0  nothing is broken
  1  a connection is broken
  2  an input could not be read, or the usage is wrong"
)]
pub struct Arguments {
    /// Colours: auto, always or never
    ///
    /// `auto` means on a terminal, and heeds NO_COLOR and CLICOLOR_FORCE.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        global = true
    )]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(Check),
    Compare(Compare),
    Frames(Frames),
    Messages(Messages),
    Explain(Explain),
    Report(Rendering),
    Rules(Rules),
}

impl Arguments {
    /// Does what was asked.
    #[must_use]
    pub fn run(&self) -> Status {
        let console = Console::new(self.color);
        match &self.command {
            Command::Check(check) => check.run(console),
            Command::Compare(compare) => compare.run(console),
            Command::Frames(frames) => frames.run(console),
            Command::Messages(messages) => messages.run(console),
            Command::Explain(explain) => explain.run(console),
            Command::Report(report) => report.run(console),
            Command::Rules(rules) => rules.run(console),
        }
    }
}

/// The heading in the help of what chooses packets, connections and lines.
pub(super) const CHOOSE: &str = "Choose";

/// The heading in the help of what shapes a report or its lines.
pub(super) const REPORT: &str = "Report";

/// The heading in the help of what writes the packets of broken connections.
pub(super) const EVIDENCE: &str = "Evidence";

/// A form that reports can be printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For tickets
    Markdown,
    /// For a browser
    Html,
}

/// A form that everything else can be printed in: lines, lists, explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TextOrJson {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The rule of this name.
pub(super) fn rule_name(name: &str) -> Result<&'static str, String> {
    one_of(name, ALL.iter().map(|rule| rule.name))
}

/// The rule, or the cause of verdicts, of this name.
pub(super) fn topic_name(name: &str) -> Result<&'static str, String> {
    let causes = causes::ALL.iter().map(|cause| cause.name);
    one_of(name, ALL.iter().map(|rule| rule.name).chain(causes))
}

/// A rule and how serious its findings are to be taken: `RULE=LEVEL`.
pub(super) fn rule_severity(wish: &str) -> Result<(&'static str, Severity), String> {
    let Some((rule, level)) = wish.split_once('=') else {
        return Err("it is RULE=LEVEL, as weak-masking-key=warning".to_owned());
    };
    let all = [Severity::Error, Severity::Warning, Severity::Info];
    let level = all.into_iter().find(|it| it.as_str() == level);
    let level = level.ok_or("the level is error, warning or info")?;
    Ok((rule_name(rule)?, level))
}

fn one_of(
    name: &str,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Result<&'static str, String> {
    if let Some(known) = known.clone().find(|known| *known == name) {
        return Ok(known);
    }
    // As clap does it for options: nearer than this is a slip of the finger.
    const NEAR: f64 = 0.8;
    let nearest = known
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(nearness, _)| *nearness > NEAR)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    Err(match nearest {
        Some((_, known)) => format!("no such rule; did you mean '{known}'?"),
        None => "no such rule; `wsblame rules` lists them".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_unknown_rule_names_the_nearest_one() {
        let known = ["bad-key", "bad-deflate", "invalid-utf8"];
        assert_eq!(one_of("bad-key", known.into_iter()), Ok("bad-key"));
        assert_eq!(
            one_of("invalid-utf-8", known.into_iter()).unwrap_err(),
            "no such rule; did you mean 'invalid-utf8'?"
        );
        assert_eq!(
            one_of("foo", known.into_iter()).unwrap_err(),
            "no such rule; `wsblame rules` lists them"
        );
    }

    #[test]
    fn a_severity_is_a_rule_and_a_level() {
        let wish = rule_severity("weak-masking-key=error");
        assert_eq!(wish, Ok(("weak-masking-key", Severity::Error)));
        for (wish, expected) in [
            ("weak-masking-key", "RULE=LEVEL"),
            ("weak-masking-key=fatal", "error, warning or info"),
            ("weak-masking=info", "did you mean 'weak-masking-key'?"),
        ] {
            let refused = rule_severity(wish).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn help_fits_a_terminal() {
        let mut command = Arguments::command();
        command.build();
        for name in [
            None,
            Some("check"),
            Some("compare"),
            Some("frames"),
            Some("messages"),
            Some("explain"),
            Some("report"),
            Some("rules"),
        ] {
            let command = match name {
                None => &mut command,
                Some(name) => command.find_subcommand_mut(name).unwrap(),
            };
            for help in [command.render_help(), command.render_long_help()] {
                let help = help.to_string();
                let long = help.lines().find(|line| line.chars().count() > 80);
                assert_eq!(long, None);
            }
        }
    }
}
