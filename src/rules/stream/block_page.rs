//! Intermediaries that write pages of their own, told by what stands in their answers.

use crate::http::ResponseHead;

/// A text that stands in the answers of one product, in lower case, and that product.
type Mark = (&'static str, &'static str);

/// The most telling first: a page may name the product that it was written with and the server
/// that delivered it.
const MARKS: [Mark; 36] = [
    ("fortiguard", "Fortinet FortiGate"),
    ("fortigate", "Fortinet FortiGate"),
    ("fortinet", "Fortinet"),
    ("zscaler", "Zscaler"),
    ("palo alto networks", "Palo Alto Networks"),
    ("blue coat", "Blue Coat (Symantec) ProxySG"),
    ("bluecoat", "Blue Coat (Symantec) ProxySG"),
    ("proxysg", "Blue Coat (Symantec) ProxySG"),
    ("websense", "Forcepoint (Websense)"),
    ("forcepoint", "Forcepoint (Websense)"),
    ("cisco-wsa", "Cisco Secure Web Appliance"),
    ("ironport", "Cisco Secure Web Appliance"),
    ("opendns", "Cisco Umbrella"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("sophos", "Sophos"),
    ("barracuda", "Barracuda"),
    ("watchguard", "WatchGuard"),
    ("mwg-internal", "McAfee (Skyhigh) Web Gateway"),
    ("mcafee web gateway", "McAfee (Skyhigh) Web Gateway"),
    ("sonicwall", "SonicWall"),
    ("usercheck", "Check Point"),
    ("check point software", "Check Point"),
    ("netskope", "Netskope"),
    ("kerio control", "Kerio Control"),
    ("forefront tmg", "Microsoft Forefront TMG"),
    ("squidguard", "squidGuard"),
    ("e2guardian", "e2guardian"),
    ("dansguardian", "DansGuardian"),
    ("kaspersky", "Kaspersky"),
    ("incapsula", "Imperva Incapsula"),
    ("akamaighost", "Akamai"),
    ("attention required! | cloudflare", "Cloudflare"),
    ("cf-error-details", "Cloudflare"),
    (
        "the requested url was rejected. please consult with your administrator",
        "F5 BIG-IP",
    ),
    ("(squid/", "squid"),
    ("x-squid-error", "squid"),
];

/// The product whose answer this is, as far as its header fields and the start of its body tell.
pub(crate) fn product(head: &ResponseHead, body: &[u8]) -> Option<&'static str> {
    let fields = head.fields.iter();
    let texts: Vec<Vec<u8>> = fields
        .flat_map(|field| [field.name.as_bytes(), field.value])
        .chain([body])
        .map(<[u8]>::to_ascii_lowercase)
        .collect();
    let holds = |mark: &str| {
        let mark = mark.as_bytes();
        let in_text = |text: &Vec<u8>| text.windows(mark.len()).any(|window| window == mark);
        texts.iter().any(in_text)
    };
    let found = MARKS.iter().find(|(mark, _)| holds(mark));
    found.map(|(_, product)| *product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Parsed, parse_response};

    fn product_of(answer: &str) -> Option<&'static str> {
        let Parsed::Whole(head, length) = parse_response(answer.as_bytes()) else {
            panic!("a whole head");
        };
        product(&head, &answer.as_bytes()[length..])
    }

    #[test]
    fn products_are_told_by_header_or_page() {
        for (answer, expected) in [
            (
                "HTTP/1.1 403 Forbidden\r\nServer: Zscaler/6.2\r\n\r\n",
                Some("Zscaler"),
            ),
            (
                "HTTP/1.1 403 Forbidden\r\n\r\n<h1>FortiGuard Intrusion Prevention</h1>",
                Some("Fortinet FortiGate"),
            ),
            (
                "HTTP/1.1 503 No\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n",
                Some("squid"),
            ),
            ("HTTP/1.1 403 Forbidden\r\nServer: nginx\r\n\r\nno", None),
        ] {
            assert_eq!(product_of(answer), expected);
        }
    }
}
