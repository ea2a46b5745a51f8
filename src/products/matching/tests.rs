use super::*;
use crate::http::{Parsed, parse_request, parse_response};

/// `name by-mark between`, of each that shows itself.
fn of_answer(answer: &str) -> Vec<String> {
    let Parsed::Whole(head, length) = parse_response(answer.as_bytes()) else {
        panic!("a whole head");
    };
    let table = Products::builtin();
    let matches = table.of_response(&head, &answer.as_bytes()[length..]);
    matches
        .iter()
        .map(|found| {
            let between = if found.is_between { "between" } else { "maybe" };
            format!("{}, {between}: {}", found.product.name, found.mark)
        })
        .collect()
}

fn of_request(request: &str) -> Vec<String> {
    let Parsed::Whole(head, _) = parse_request(request.as_bytes()) else {
        panic!("a whole head");
    };
    let table = Products::builtin();
    let matches = table.of_request(&head).into_iter();
    matches.map(|found| found.product.name.clone()).collect()
}

#[test]
fn real_answers_name_their_author() {
    for (answer, expected) in [
        (
            "HTTP/1.1 403 Forbidden\r\nServer: Zscaler/6.2\r\n\r\n",
            "Zscaler, between: the head says \"zscaler\"",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\n\r\n<h1>FortiGuard Intrusion Prevention</h1>",
            "Fortinet FortiGate, between: the page says \"fortiguard\"",
        ),
        (
            "HTTP/1.1 503 No\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n",
            "squid, between: X-Squid-Error: ERR_DNS_FAIL 0",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\nVia: 1.1 vm (squid/5.7)\r\n\r\n",
            "squid, between: Via: 1.1 vm (squid/5.7)",
        ),
        (
            "HTTP/1.0 503 Service Unavailable\r\ncache-control: no-cache\r\n\r\n\
             <html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this \
             request.\n</body></html>\n",
            "HAProxy, between: the page says \"no server is available to handle this request.\"",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\nserver: istio-envoy\r\n\r\n",
            "Istio, between: server: istio-envoy",
        ),
        (
            "HTTP/1.1 504 Gateway Time-out\r\nServer: awselb/2.0\r\n\r\n",
            "AWS ALB, between: Server: awselb/2.0",
        ),
        (
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
            "Node http, maybe: no other fields than \"Connection: close\"",
        ),
        (
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/html\r\n\
             Content-Length: 11\r\n\r\nBad Request",
            "Node ws, maybe: no other fields than \"Connection: close\", \"Content-Type: \
             text/html\", \"Content-Length: *\"",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nVia: 1.1 vegur\r\n\r\n",
            "Heroku router, between: the head says \"vegur\"",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nVia: 1.1 google\r\n\r\n",
            "Google Cloud load balancer, between: Via: 1.1 google",
        ),
        (
            "HTTP/1.1 404 Not Found\r\nX-Powered-By: ARR/3.0\r\nServer: Microsoft-IIS/10.0\r\n\r\n",
            "Microsoft IIS, between: X-Powered-By: ARR/3.0",
        ),
        (
            "HTTP/1.1 302 Found\r\nSet-Cookie: BIGipServerpool=secret; path=/\r\n\r\n",
            "F5 BIG-IP, between: Set-Cookie: BIGipServerpool",
        ),
    ] {
        assert_eq!(of_answer(answer), [expected]);
    }
}

#[test]
fn who_cannot_speak_websocket_and_signs_a_101_is_between() {
    for (answer, expected) in [
        (
            "HTTP/1.1 101 Switching Protocols\r\nServer: nginx/1.22.1\r\n\r\n",
            "nginx, between: Server: nginx/1.22.1",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nServer: openresty\r\n\r\n",
            "OpenResty, maybe: Server: openresty",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\nServer: nginx\r\n\r\nno",
            "nginx, maybe: Server: nginx",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\n\r\n<hr><center>nginx</center>",
            "nginx, between: the page says \"<center>nginx\"",
        ),
    ] {
        assert_eq!(of_answer(answer), [expected]);
    }
}

#[test]
fn who_wrote_an_answer_is_told_from_who_passed_it_on() {
    for (head, page, wrote) in [
        ("Server: squid/5.7", "", true),
        ("Via: 1.1 vm (squid/5.7)", "", false),
        (
            "Via: 1.1 vm (squid/5.7)",
            "<p>Generated now by vm (squid/5.7)</p>",
            true,
        ),
        ("Server: Zscaler/6.2", "", true),
        ("Via: 1.1 wsa:80 (Cisco-WSA/10.1)", "", false),
        ("CF-Ray: 1-FRA", "", false),
        ("CF-Ray: 1-FRA", "<div class=cf-error-details>", true),
        ("Server: nginx", "", false),
        ("Server: nginx", "<center>nginx</center>", true),
    ] {
        let answer = format!("HTTP/1.1 403 Forbidden\r\n{head}\r\n\r\n");
        let Parsed::Whole(answer, _) = parse_response(answer.as_bytes()) else {
            panic!("a whole head");
        };
        let table = Products::builtin();
        let matches = table.of_response(&answer, page.as_bytes());
        let found: Vec<_> = matches.iter().map(|found| found.wrote).collect();
        assert_eq!(found, [wrote], "{head} {page}");
    }
}

#[test]
fn who_is_only_spoken_of_is_not_named() {
    for answer in [
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n\r\n\
         {\"error\":\"Attention Required! | Cloudflare\"}",
        "HTTP/1.1 403 Forbidden\r\n\r\n  [\"zscaler\"]",
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nset up cloudflare and nginx",
        "HTTP/1.1 403 Forbidden\r\nContent-Security-Policy: default-src zscaler.net\r\n\r\n",
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nDate: now\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nServer: my-nginx\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nServer: Apache-Coyote/1.1\r\n\r\n",
        "HTTP/1.1 503 Unavailable\r\nServer: gunicorn\r\n\r\n<title>503</title>",
    ] {
        assert_eq!(of_answer(answer), [""; 0], "{answer}");
    }
}

#[test]
fn requests_show_who_passed_them_on() {
    let request = "GET /ws HTTP/1.1\r\nHost: a\r\nX-Amzn-Trace-Id: Root=1\r\nCF-Ray: 1-FRA\r\n\r\n";
    assert_eq!(of_request(request), ["Cloudflare", "AWS ALB"]);
    let plain = "GET /ws HTTP/1.1\r\nHost: cloudflare\r\nServer: squid\r\n\r\n";
    assert_eq!(of_request(plain), [""; 0]);
}

#[test]
fn a_close_may_be_a_products_own() {
    let table = Products::builtin();
    let names = |code, reason: &str| -> Vec<_> {
        let matches = table.of_close(code, reason.as_bytes()).into_iter();
        matches.map(|found| found.product.name.as_str()).collect()
    };
    let reason = "CloudFlare WebSocket proxy restarting";
    assert_eq!(names(1001, reason), ["Cloudflare"]);
    assert_eq!(names(1000, reason), [""; 0]);
    assert_eq!(names(1001, "going away"), [""; 0]);
}

#[test]
fn fields_of_intermediaries_are_told_from_those_of_servers() {
    let table = Products::builtin();
    let shows = |name, value: &str| {
        let value = value.as_bytes();
        table.shows_intermediary(Line { name, value })
    };
    for (name, value) in [
        ("via", "1.1 p"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("X-Squid-Error", ""),
        ("cf-ray", "1"),
        ("X-Envoy-Upstream-Service-Time", "3"),
        ("Server", "squid/5.7"),
        ("Server", "Zscaler/6.2"),
        ("Server", "AkamaiGHost"),
        ("server", "istio-envoy"),
        ("Server", "Google Frontend"),
        ("Server", "awselb/2.0"),
    ] {
        assert!(shows(name, value), "{name}: {value}");
    }
    for (name, value) in [
        ("Server", "nginx"),
        ("Server", "Apache"),
        ("Server", "uvicorn"),
        ("Host", "cloudflare"),
        ("X-Forwarded", "1"),
        ("X-Powered-By", "Express"),
    ] {
        assert!(!shows(name, value), "{name}: {value}");
    }
}

#[test]
fn odd_bytes_do_no_harm() {
    let table = Products::builtin();
    for bytes in [&b""[..], b"\xff\xfe<center>", &[b'<'; 200_000]] {
        assert!(table.of_page(bytes).is_empty());
        assert!(table.of_close(1001, bytes).is_empty());
    }
    assert_eq!(table.of_page(b"\xff<CENTER>nginx\xff").len(), 1);
}
