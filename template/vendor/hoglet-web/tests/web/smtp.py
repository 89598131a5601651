"""A mail server for tests, on a free port of this machine, until its input ends.

Its first line of output is its port. Then comes one line of JSON for each mail that it has taken, and for each log-in.
What it does with a mail, the recipient's address says: `refused@`, `greylisted@` (once), `disliked@` (after the content).

With `--utf8` it offers SMTPUTF8.

With a certificate and its key as arguments it encrypts: `--starttls` or `--tls` say how. With `--auth` it takes mail only
after a log-in as ann with the password hunter2.
"""

import argparse
import asyncio
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

arguments = argparse.ArgumentParser()
arguments.add_argument("--starttls", nargs=2)
arguments.add_argument("--tls", nargs=2)
arguments.add_argument("--auth", action="store_true")
arguments.add_argument("--utf8", action="store_true")
arguments = arguments.parse_args()


# Ignore warnings about log-ins without encryption and untrusted certificates, because these are tests.
warnings.simplefilter("ignore")
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "refused":
            return f"550 5.1.1 <{address}>: there is no such user"
        if name == "greylisted" and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("disliked@"):
            return "554 5.7.1 we dislike http://127.0.0.1/lounge?game=7 in it"
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "encrypted": server.transport.get_extra_info("ssl_object") is not None,
            "utf8": envelope.smtp_utf8,
            "mail": envelope.content.decode("utf-8" if envelope.smtp_utf8 else "ascii"),
        })
        return "250 OK"


def authenticator(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"ann", b"hunter2")
    say({"login": data.login.decode(), "right": right})
    return AuthResult(success=right, handled=False)


def context(files):
    if not files:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    return context


async def main():
    loop = asyncio.get_running_loop()
    factory = lambda: SMTP(
        Handler(),
        hostname="mail.test",
        enable_SMTPUTF8=arguments.utf8,
        tls_context=context(arguments.starttls),
        require_starttls=bool(arguments.starttls),
        auth_require_tls=False,
        auth_required=arguments.auth,
        authenticator=authenticator if arguments.auth else None,
    )
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context(arguments.tls))
    say(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
