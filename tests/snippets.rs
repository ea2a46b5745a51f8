//! The snippets of the remedies are put before the programs that they are for. That needs nginx,
//! haproxy, apache2ctl, squid, node, python3 and bash:
//! `cargo test --test snippets -- --ignored`.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::Path;
use std::process::Command;

use wsblame::diagnosis::snippets::{ALL, CONFIRM_CHECK, CONFIRM_UPGRADE};
use wsblame::report::model::Snippet;

/// The whole file that a snippet stands in, and the command that tries it; the file's name is to
/// be put behind it.
fn trial(snippet: &Snippet) -> Option<(String, &'static str)> {
    let text = snippet.text;
    let tried = match snippet.language {
        "nginx" if text.contains("map ") => (
            format!("events {{}}\nhttp {{\n{text}\n}}\n"),
            "nginx -t -q -c",
        ),
        "nginx" if text.contains("worker_") => (format!("{text}\nevents {{}}\n"), "nginx -t -q -c"),
        "nginx" => (
            format!("events {{}}\nhttp {{ server {{ location /ws/ {{\n{text}\n}} }} }}\n"),
            "nginx -t -q -c",
        ),
        "haproxy" => {
            let timeouts = "    mode http\n    timeout connect 5s\n    timeout client 30s\n    \
                timeout server 30s\n";
            let defaults = if text.starts_with("defaults") {
                format!("{text}\n{timeouts}")
            } else {
                format!("defaults\n{timeouts}")
            };
            let rules = if text.starts_with("defaults") {
                ""
            } else {
                text
            };
            (
                format!(
                    "{defaults}frontend f\n    bind 127.0.0.1:18999\n{rules}\n    \
                     default_backend b\nbackend b\n{rules}\n    server s 127.0.0.1:8001\n"
                ),
                "haproxy -c -f",
            )
        }
        "apache" => {
            let modules = "/usr/lib/apache2/modules";
            (
                format!(
                    "ServerName localhost\nErrorLog /dev/stderr\nListen 127.0.0.1:18998\nMutex pthread\n\
                     LoadModule mpm_event_module {modules}/mod_mpm_event.so\n\
                     LoadModule proxy_module {modules}/mod_proxy.so\n\
                     LoadModule proxy_http_module {modules}/mod_proxy_http.so\n\
                     <VirtualHost *:18998>\n{text}\n</VirtualHost>\n"
                ),
                "apache2 -t -f",
            )
        }
        "squid" => (
            format!(
                "acl CONNECT method CONNECT\n{text}\nhttp_access deny all\n\
                 http_port 127.0.0.1:18997\n"
            ),
            "squid -k parse -f",
        ),
        "javascript" => (text.to_owned(), "node --check"),
        "python" => {
            let indented = text.replace('\n', "\n    ");
            (
                format!("async def main():\n    {indented}\n"),
                "python3 -m py_compile",
            )
        }
        "sh" => (text.to_owned(), "bash -n"),
        _ => return None,
    };
    Some(tried)
}

fn run(text: &str, command: &str, directory: &Path) -> Result<(), String> {
    let path = directory.join("tried");
    std::fs::write(&path, text).unwrap();
    let mut words = command.split(' ');
    let program = words.next().unwrap();
    let output = Command::new(program)
        .args(words)
        .arg(&path)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{command}:\n{text}\n{said}"))
}

#[test]
#[ignore = "needs the programs that the snippets are for"]
fn the_programs_take_what_is_to_be_pasted() {
    let directory = tempfile::tempdir().unwrap();
    let wrong: Vec<String> = ALL
        .iter()
        .filter_map(trial)
        .chain([CONFIRM_CHECK, CONFIRM_UPGRADE].map(|command| (command.to_owned(), "bash -n")))
        .filter_map(|(text, command)| run(&text, command, directory.path()).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
