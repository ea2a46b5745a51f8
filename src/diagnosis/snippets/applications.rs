//! For applications: Node with `ws`, Python with `websockets`, Django Channels.

use crate::report::model::Snippet;

/// No compression, at both ends of Node.
pub const NODE_WS_NO_DEFLATE: Snippet = Snippet {
    product: "Node ws",
    place: "where the server and the client are made",
    language: "javascript",
    text: "\
const wss = new WebSocketServer({ port: 8001, perMessageDeflate: false });
const ws = new WebSocket('wss://api.example.com/ws', { perMessageDeflate: false });",
};

/// Pings that keep timers on the path from running out, and find peers that are gone.
pub const NODE_WS_PING: Snippet = Snippet {
    product: "Node ws",
    place: "the server",
    language: "javascript",
    text: "\
wss.on('connection', (ws) => {
  ws.isAlive = true;
  ws.on('pong', () => { ws.isAlive = true; });
});

const pings = setInterval(() => {
  for (const ws of wss.clients) {
    if (!ws.isAlive) {
      ws.terminate();
      continue;
    }
    ws.isAlive = false;
    ws.ping();
  }
}, 25_000);

wss.on('close', () => clearInterval(pings));",
};

/// Of two WebSocket servers that listen on one HTTP server, one answers 400 to the other's.
pub const NODE_ONE_UPGRADE: Snippet = Snippet {
    product: "Node ws",
    place: "the server; no WebSocketServer has `server` or `port` any more",
    language: "javascript",
    text: "\
const chat = new WebSocketServer({ noServer: true });
const feed = new WebSocketServer({ noServer: true });
const routes = new Map([['/chat', chat], ['/feed', feed]]);

server.on('upgrade', (request, socket, head) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const wss = routes.get(pathname);
  if (!wss) {
    socket.end('HTTP/1.1 404 Not Found\\r\\nConnection: close\\r\\n\\r\\n');
    return;
  }
  wss.handleUpgrade(request, socket, head, (ws) => {
    wss.emit('connection', ws, request);
  });
});",
};

/// The timers of Node's HTTP server, which may go on counting for upgraded connections.
pub const NODE_HTTP_TIMERS: Snippet = Snippet {
    product: "Node http",
    place: "the process that writes the 408; what faces strangers keeps its timers and is updated",
    language: "javascript",
    text: "\
server.requestTimeout = 0;
server.headersTimeout = 0;
server.on('upgrade', (request, socket) => {
  socket.setTimeout(0);
});",
};

/// A handler for either kind of message.
pub const NODE_TEXT_AND_BINARY: Snippet = Snippet {
    product: "Node ws",
    place: "where messages are handled",
    language: "javascript",
    text: "\
ws.on('message', (data, isBinary) => {
  if (isBinary) {
    handleBinary(data);
  } else {
    handleText(data.toString('utf8'));
  }
});",
};

/// How large messages may be; 100 MiB unless it is said.
pub const NODE_WS_MAX_PAYLOAD: Snippet = Snippet {
    product: "Node ws",
    place: "where the side is made that closes with 1009",
    language: "javascript",
    text: "const wss = new WebSocketServer({ port: 8001, maxPayload: 16 * 1024 * 1024 });",
};

/// A deployment that says so, and does not cut everybody in the same second.
pub const NODE_GRACEFUL_RELOAD: Snippet = Snippet {
    product: "Node ws",
    place: "the server; clients wait a random while before they come back",
    language: "javascript",
    text: "\
process.once('SIGTERM', () => {
  server.close();
  for (const ws of wss.clients) {
    setTimeout(() => ws.close(1012, 'restarting'), Math.random() * 20_000);
  }
});",
};

/// No compression, at both ends of Python.
pub const PYTHON_NO_DEFLATE: Snippet = Snippet {
    product: "Python websockets",
    place: "where the server and the client are made",
    language: "python",
    text: "\
async with serve(handler, \"0.0.0.0\", 8001, compression=None) as server:
    await server.serve_forever()

async with connect(\"wss://api.example.com/ws\", compression=None) as websocket:
    ...",
};

/// Pings that keep timers on the path from running out.
pub const PYTHON_PING: Snippet = Snippet {
    product: "Python websockets",
    place: "where the server is made; 20 s are its own default too",
    language: "python",
    text: "\
async with serve(handler, \"0.0.0.0\", 8001, ping_interval=20, ping_timeout=20) as server:
    await server.serve_forever()",
};

/// How large messages may be; 1 MiB unless it is said.
pub const PYTHON_MAX_SIZE: Snippet = Snippet {
    product: "Python websockets",
    place: "where the side is made that closes with 1009",
    language: "python",
    text: "\
async with serve(handler, \"0.0.0.0\", 8001, max_size=16 * 2**20) as server:
    await server.serve_forever()",
};

/// A consumer for either kind of message.
pub const DJANGO_TEXT_AND_BINARY: Snippet = Snippet {
    product: "Django Channels",
    place: "consumers.py",
    language: "python",
    text: "\
class FlexibleConsumer(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        if text_data is not None:
            await self.handle_text(text_data)
        elif bytes_data is not None:
            await self.handle_binary(bytes_data)",
};
