//! For proxies that are configured by an API or by a platform's own files.

use crate::report::model::Snippet;

/// Envoy ends a request by its age (15 s) and a silent stream (5 min) unless it is told otherwise.
pub const ENVOY_TIMEOUTS: Snippet = Snippet {
    product: "Envoy",
    place: "typed_config of envoy.filters.network.http_connection_manager",
    language: "yaml",
    text: "\
stream_idle_timeout: 3600s
upgrade_configs:
- upgrade_type: websocket
route_config:
  virtual_hosts:
  - name: app
    domains: [\"*\"]
    routes:
    - match: { prefix: /ws/ }
      route:
        cluster: app
        timeout: 0s",
};

/// An Application Load Balancer ends what is silent for a minute.
pub const ALB_IDLE: Snippet = Snippet {
    product: "AWS ALB",
    place: "a shell with the AWS CLI; 1 to 4000 seconds",
    language: "sh",
    text: "\
aws elbv2 modify-load-balancer-attributes --load-balancer-arn \"$LOAD_BALANCER_ARN\" \\
    --attributes Key=idle_timeout.timeout_seconds,Value=3600",
};

/// Spring Cloud Gateway closes with 1009 above 64 KiB a frame.
pub const NETTY_MAX_FRAME: Snippet = Snippet {
    product: "Spring Cloud Gateway",
    place: "application.properties",
    language: "properties",
    text: "\
spring.cloud.gateway.httpclient.websocket.max-frame-payload-length=16777216
# Where the prefix of its properties is the newer one:
spring.cloud.gateway.server.webflux.httpclient.websocket.max-frame-payload-length=16777216",
};

/// ingress-nginx cuts what is left of old workers' connections 240 s after a reload.
pub const INGRESS_WORKER_SHUTDOWN: Snippet = Snippet {
    product: "ingress-nginx",
    place: "the controller's ConfigMap, data",
    language: "yaml",
    text: "\
worker-shutdown-timeout: \"3600s\"
proxy-read-timeout: \"3600\"
proxy-send-timeout: \"3600\"",
};
