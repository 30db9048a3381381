"""A client in a process of its own, which can be stopped: calls until it is told to end, and says how it went.

usage: lone_client.py UNIX-SOCKET      the token is the first line of standard input
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
        answers = connection.makefile("rb")
        while not select.select([sys.stdin], [], [], 0)[0]:
            count += 1
            body = json.dumps({"jsonrpc": "2.0", "id": count, "method": "tools/call",
                               "params": {"name": "echo", "arguments": {"text": f"nonce {count}"}}})
            connection.sendall((f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                                f"{body}").encode())
            status, length = answers.readline(), 0
            while (line := answers.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            said = answers.read(length)
            if f"nonce {count}".encode() not in said:
                return f"answer {count}: {status} {said[:200]}"
    return f"all right, {count} calls"


print(main())
