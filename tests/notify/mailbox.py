"""A mail server on loopback that keeps what it is given."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What arrived: (addresses, message). `refuse` answers every mail with 451."""

    refuse: bool = False
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)


class MailServer:
    """Speaks as much SMTP as a client needs; a context manager."""

    def __init__(self, mailbox: Mailbox) -> None:
        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 ready")
                addresses: list[str] = []
                for line in self.rfile:
                    word = line.strip().upper().split(b" ")[0].split(b":")[0]
                    if word == b"RCPT":
                        addresses.append(line.split(b"<")[1].split(b">")[0].decode())
                        self._say("250 ok")
                    elif word == b"DATA" and mailbox.refuse:
                        self._say("451 try later")
                    elif word == b"DATA":
                        self._say("354 go on")
                        mailbox.mails.append((addresses, self._message()))
                        addresses = []
                        self._say("250 kept")
                    elif word == b"QUIT":
                        self._say("221 bye")
                        return
                    else:
                        self._say("250 ok")

            def _message(self) -> EmailMessage:
                lines: list[bytes] = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                assert isinstance(message, EmailMessage)
                return message

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
