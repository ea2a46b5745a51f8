//! The README shows what the program really prints. `UPDATE_README=1` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// Holds what stands between `<!-- name -->` and `<!-- /name -->` to `expected`.
fn hold(name: &str, expected: &str) {
    let readme = std::fs::read_to_string(PATH).unwrap();
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let (before, rest) = readme.split_once(&open).expect("the opening marker");
    let (shown, after) = rest.split_once(&close).expect("the closing marker");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(PATH, [before, &open, expected, &close, after].concat()).unwrap();
    } else {
        assert_eq!(
            shown, expected,
            "run UPDATE_README=1 cargo test --test readme"
        );
    }
}

/// What a terminal shows of a run.
fn screen(arguments: &[&str], status: i32) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(status));
    let printed = String::from_utf8(run.stdout).unwrap();
    let quoted = |it: &&str| {
        if it.contains(' ') {
            format!("'{it}'")
        } else {
            (*it).to_owned()
        }
    };
    let command = arguments.iter().map(quoted).collect::<Vec<_>>().join(" ");
    format!("```console\n$ wsblame {command}\n{printed}```\n")
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    const STRIPPED: &str = "fixtures/real/extension-header-stripped/capture.pcap";
    const INTERLEAVED: &str = "fixtures/rules/interleaved-data-frame/fires.pcap";
    // One after the other: all write the same file.
    hold("output", &screen(&["check", STRIPPED], 1));
    hold("frames", &screen(&["frames", INTERLEAVED], 0));
    let messages = ["messages", "--show-payload", INTERLEAVED];
    hold("messages", &screen(&messages, 0));
    const BLOCKED: &str = "fixtures/real/injected-403/capture.pcap";
    let explain = ["explain", "RSV1 must be clear", BLOCKED];
    hold("explain", &screen(&explain, 1));
    const LEGS: &str = "fixtures/legs-built/extension-stripped-from-101";
    let [own, other] = ["client", "server"].map(|near| format!("{LEGS}/near-{near}.pcap"));
    hold("compare", &screen(&["compare", &own, &other], 1));
    hold(
        "rules",
        &wsblame::report::catalogue::markdown_table(wsblame::rules::ALL),
    );
}
