"""A client in its own process, so that SIGSTOP can stop it: sends calls until a line arrives on standard input.

usage: stoppable_client.py UNIX-SOCKET

Reads the token from the first line of standard input. Prints one line: "ok, N calls" or the first wrong response.
"""

import json
import select
import socket
import sys


def main():
    token, count = sys.stdin.readline().strip(), 0
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(sys.argv[1])
        responses = connection.makefile("rb")
        while not select.select([sys.stdin], [], [], 0)[0]:
            count += 1
            body = json.dumps({"jsonrpc": "2.0", "id": count, "method": "tools/call",
                               "params": {"name": "echo", "arguments": {"text": f"nonce {count}"}}})
            connection.sendall((f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                                f"{body}").encode())
            status_line, length = responses.readline(), 0
            while (field := responses.readline().strip()):
                if field.lower().startswith(b"content-length:"):
                    length = int(field.split(b":")[1])
            response = responses.read(length)
            if f"nonce {count}".encode() not in response:
                return f"response {count}: {status_line} {response[:200]}"
    return f"ok, {count} calls"


print(main())
