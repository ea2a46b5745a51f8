//! For proxies that are configured by files: nginx, HAProxy, Apache httpd, squid.

use crate::report::model::Snippet;

/// nginx passes Upgrade and Connection on only where it is told to.
pub const NGINX_UPGRADE: Snippet = Snippet {
    product: "nginx",
    place: "the map in http { }, the location in the site's server { }",
    language: "nginx",
    text: "\
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    location /ws/ {
        proxy_pass http://127.0.0.1:8001;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
    }
}",
};

/// nginx ends a proxied WebSocket after a minute of silence unless it is told otherwise.
pub const NGINX_TIMEOUTS: Snippet = Snippet {
    product: "nginx",
    place: "the location { } of the WebSocket",
    language: "nginx",
    text: "\
proxy_read_timeout 3600s;
proxy_send_timeout 3600s;",
};

/// What a proxy does to Sec-WebSocket-Extensions it must do to both heads.
pub const NGINX_PASS_EXTENSIONS: Snippet = Snippet {
    product: "nginx",
    place: "the location { } of the WebSocket",
    language: "nginx",
    text: "\
# Either delete this line wherever it stands, so that the answer's field passes:
#     proxy_hide_header Sec-WebSocket-Extensions;
# or take the offer out of the request, so that nobody compresses:
proxy_set_header Sec-WebSocket-Extensions \"\";",
};

/// How long connections of old workers live on after a reload.
pub const NGINX_WORKER_SHUTDOWN: Snippet = Snippet {
    product: "nginx",
    place: "nginx.conf, outside of http { }",
    language: "nginx",
    text: "\
# Without this line old workers keep their connections after a reload for as long as they last;
# with it all those left are cut at once, so let it be long.
worker_shutdown_timeout 1h;",
};

/// HAProxy counts an upgraded connection by `timeout client` and `timeout server` otherwise.
pub const HAPROXY_TUNNEL: Snippet = Snippet {
    product: "HAProxy",
    place: "haproxy.cfg, defaults",
    language: "haproxy",
    text: "\
defaults
    timeout tunnel 1h
    timeout client-fin 30s",
};

/// With no offer nobody compresses.
pub const HAPROXY_STRIP_OFFER: Snippet = Snippet {
    product: "HAProxy",
    place: "haproxy.cfg, the WebSocket's frontend or backend; and no http-response rule for it",
    language: "haproxy",
    text: "    http-request del-header Sec-WebSocket-Extensions",
};

/// mod_proxy_http upgrades since httpd 2.4.47; before, mod_proxy_wstunnel does.
pub const APACHE_UPGRADE: Snippet = Snippet {
    product: "Apache httpd",
    place: "the site's <VirtualHost>, before ProxyPass lines of shorter paths",
    language: "apache",
    text: "\
# httpd 2.4.47 and later, with mod_proxy and mod_proxy_http:
ProxyPass \"/ws/\" \"http://127.0.0.1:8001/ws/\" upgrade=websocket
# Before, with mod_proxy and mod_proxy_wstunnel:
#     ProxyPass \"/ws/\" \"ws://127.0.0.1:8001/ws/\"",
};

/// The longer one of the client's timeout and the backend's ends a silent tunnel.
pub const APACHE_TIMEOUT: Snippet = Snippet {
    product: "Apache httpd",
    place: "the site's <VirtualHost>",
    language: "apache",
    text: "ProxyPass \"/ws/\" \"http://127.0.0.1:8001/ws/\" upgrade=websocket timeout=3600",
};

/// squid takes the Upgrade out of requests unless it is told to pass it.
pub const SQUID_UPGRADE: Snippet = Snippet {
    product: "squid",
    place: "squid.conf, squid 5 and later",
    language: "squid",
    text: "\
# Names of protocols are told apart by case here.
http_upgrade_request_protocols websocket allow all
http_upgrade_request_protocols WebSocket allow all",
};

/// squid's own configuration allows CONNECT to port 443 only.
pub const SQUID_CONNECT: Snippet = Snippet {
    product: "squid",
    place: "squid.conf, before the first http_access line",
    language: "squid",
    text: "\
acl SSL_ports port 443 8443
acl Safe_ports port 443 8443
http_access deny CONNECT !SSL_ports",
};
