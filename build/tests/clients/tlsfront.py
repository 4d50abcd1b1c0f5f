"""A TLS front for an embedded cloud, with a certificate of its own: clients that speak TLS only go through it."""
import contextlib
import datetime
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def certificate(folder):
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, '127.0.0.1')])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256()))
    path = Path(folder) / 'front.pem'
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM))
    return path


def pipe(source, to):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
    for end in (source, to):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def serve(context, raw, port):
    try:
        inner = context.wrap_socket(raw, server_side=True)
    except OSError:
        return
    with inner, socket.create_connection(('127.0.0.1', port)) as outer:
        threading.Thread(target=pipe, args=(inner, outer), daemon=True).start()
        pipe(outer, inner)


@contextlib.contextmanager
def front(folder, port):
    """Yields the port of a front for the loopback port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    with socket.create_server(('127.0.0.1', 0)) as server:
        def accept():
            with contextlib.suppress(OSError):
                while True:
                    raw, _ = server.accept()
                    threading.Thread(target=serve, args=(context, raw, port), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
