#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets that do not read captures: seeds/TARGET/NAME.

The layouts are those in the targets' doc comments. Run it in this directory after changing one.
"""

import pathlib
import struct

KEY = b"\x12\x34\x56\x78"
REQUEST = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!\n"


def frame(first, payload, masked=False):
    """A frame with the shortest length form."""
    mask = 0x80 if masked else 0
    length = len(payload)
    if length < 126:
        header = bytes([first, mask | length])
    elif length < 1 << 16:
        header = bytes([first, mask | 126]) + struct.pack(">H", length)
    else:
        header = bytes([first, mask | 127]) + struct.pack(">Q", length)
    if masked:
        payload = bytes(byte ^ KEY[index % 4] for index, byte in enumerate(payload))
        header += KEY
    return header + payload


def listed(items):
    return bytes([len(items)]) + bytes(items)


def messages(masked):
    """Whole and fragmented messages, a Ping between fragments, a Close."""
    return b"".join(
        [
            frame(0x81, b"hello, world", masked),
            frame(0x02, b"\x00" * 200, masked),
            frame(0x89, b"ping", masked),
            frame(0x80, b"end of it", masked),
            frame(0x81, b'{"tick": 1}', masked),
            frame(0x81, b'{"tick": 2}', masked),
            frame(0x88, b"\x03\xe8done", masked),
        ]
    )


def header_seeds():
    yield "short", frame(0x81, b"hello") + frame(0x89, b"")
    yield "masked", frame(0x82, b"x" * 130, True) + frame(0x88, b"\x03\xe8", True)
    yield "long", b"\x82\xff" + struct.pack(">Q", 1 << 63) + KEY


def heads_seeds():
    def seed(client, server, cuts=(1, 7, 50), gaps=()):
        length = struct.pack(">H", len(client))
        return listed(cuts) + listed(gaps) + length + client + server

    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    plain = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    head = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
    connect = b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"
    unauthorized = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    yield "upgrade", seed(REQUEST + messages(True), ANSWER + messages(False))
    yield "pipelined", seed(plain + head + REQUEST, chunked + b"HTTP/1.1 200 OK\r\n\r\n" + ANSWER)
    yield "retried", seed(REQUEST + REQUEST, unauthorized + ANSWER)
    yield "tunnel", seed(connect + REQUEST, b"HTTP/1.1 200 OK\r\n\r\n" + ANSWER)
    yield "gaps", seed(plain + REQUEST, chunked + ANSWER, gaps=[0, 60, 3, 0, 1, 40, 9, 1])


def reader_seeds():
    def seed(flags, stream, cuts=(5, 40, 0), gaps=()):
        return bytes([flags]) + listed(cuts) + listed(gaps) + stream

    lost = frame(0x81, b"one")[:-2] + messages(False) * 2
    yield "client", seed(0, messages(True))
    yield "server", seed(1, messages(False))
    yield "cut-small", seed(1, messages(False), cuts=(1,))
    yield "gap-in-payload", seed(1, messages(False), gaps=(60, 100))
    yield "gap-over-header", seed(1, messages(False) * 3, gaps=(10, 30))
    yield "compressed", seed(3, frame(0xC1, b"\xaa\x00") * 4)
    yield "joined", seed(9, b"half a payload" + frame(0x81, b'{"tick": 1}') * 8, cuts=(14, 13))
    yield "refusal", seed(1, messages(False)[:20] + REFUSAL + messages(False))
    yield "refusal-in-frame", seed(1, frame(0x82, b"x" * 90)[:40] + REFUSAL, cuts=(40, 60))
    yield "suspect", seed(1, frame(0xF3, b"odd") + messages(False))
    yield "lost", seed(1, lost)


def traffic_seeds():
    def data(bytes_, who=0):
        return bytes([who]) + listed(bytes_)

    def text(first, length, who=0):
        return bytes([who | 2, first]) + struct.pack(">H", length)

    end = b"\x0c\x8c"
    close = data(frame(0x88, b"\x03\xe8", True)) + data(frame(0x88, b"\x03\xe8"), 0x80)
    both = text(0x81, 20) + text(0x81, 300, 0x80)
    yield "clean", b"\x03" + both * 3 + close + end
    yield "deflate", b"\x07" + text(0xC1, 20) + text(0xC1, 20, 0x80) + close + end
    yield "two", b"\x03" + both + text(0x81, 20, 0x40) + text(0x81, 9, 0xC0) + close + b"\x0d"
    yield "rsv", b"\x03" + both + text(0xC1, 20, 0x80) + close + end
    yield "fragments", b"\x03" + text(0x01, 20) + text(0x89, 4) + text(0x80, 20) + end
    yield "late", b"\x03" + both * 2 + b"\x09" + both + b"\x09" + close + end
    yield "lost", b"\x03" + both + b"\x86\x01\x00" + both * 8 + end
    yield "cut", b"\x03" + b"\x87\x08" + listed(frame(0x81, b"y" * 60)) + both * 2 + end
    yield "joined", b"\x00" + (text(0x81, 20) + text(0x81, 20, 0x80)) * 8 + end
    yield "refused", b"\x01\x05\x00\x85\x03" + end
    yield "injected", b"\x03" + both + b"\x85\x03" + both + end
    yield "odd", b"\x03" + both + b"\x85\x0b\x05\x09\x0e\x12\x34" + both
    yield "again", b"\x03" + both + b"\x8f\x00\x05\x03abc\x08\x0b\xff\xff" + both + end


def main():
    for target, seeds in [
        ("header", header_seeds()),
        ("heads", heads_seeds()),
        ("reader", reader_seeds()),
        ("traffic", traffic_seeds()),
    ]:
        directory = pathlib.Path("seeds") / target
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in seeds:
            (directory / name).write_bytes(content)


if __name__ == "__main__":
    main()
