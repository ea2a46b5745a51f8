//! The command that shows whether a remedy helped, with the server of the case in it.

use crate::decode::Endpoint;

/// Longer paths are for nobody to type.
const LONGEST: usize = 200;

/// The command with this server and target in the place of the example's. Of what the wire says
/// only what no shell acts on gets into it.
pub(super) fn here(command: &str, server: Endpoint, target: Option<&str>) -> String {
    let path = target
        .filter(|target| is_plain_path(target))
        .unwrap_or("/ws");
    let (url, port) = (format!("{server}{path}"), format!("port {}", server.port));
    command
        .replace("wss://api.example.com/ws", &format!("ws://{url}"))
        .replace("http://api.example.com/ws", &format!("http://{url}"))
        .replace("port 8001", &port)
}

/// Whether it is a path of letters, digits and signs that mean nothing to a shell. A query string
/// may hold credentials.
fn is_plain_path(target: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~+,:@%".contains(&byte);
    target.len() <= LONGEST && target.starts_with('/') && target.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::snippets::{CONFIRM_CHECK, CONFIRM_UPGRADE, CONFIRM_WSCAT};

    const SERVER: Endpoint = Endpoint {
        address: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)),
        port: 8080,
    };

    #[test]
    fn the_case_stands_in_the_command() {
        let command = here(CONFIRM_UPGRADE, SERVER, Some("/chat"));
        assert!(
            command.contains(" http://192.0.2.1:8080/chat "),
            "{command}"
        );
        let command = here(CONFIRM_WSCAT, SERVER, Some("/chat"));
        assert!(command.contains(" ws://192.0.2.1:8080/chat "), "{command}");
        let command = here(CONFIRM_CHECK, SERVER, None);
        assert!(command.contains("port 8080"), "{command}");
    }

    #[test]
    fn nothing_that_a_shell_acts_on_gets_into_it() {
        for target in [
            "/$(reboot)",
            "/a;b",
            "/'",
            "/a b",
            "/?token=x",
            "http://x/",
            "/`x`",
            "/\n",
        ] {
            let command = here(CONFIRM_UPGRADE, SERVER, Some(target));
            assert!(command.contains(" http://192.0.2.1:8080/ws "), "{command}");
        }
    }
}
