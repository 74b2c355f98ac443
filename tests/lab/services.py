"""Real services as somebody left them: each function configures one on a host and starts it when the host starts."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.lab.host import Host
from tests.lab.seeds import NOW, starts, starts_too

PASSWORD = "correct horse battery"


def certificate(host: Host, until_days: float, bits: int = 2048, *, by_office: bool = False) -> None:
    """A certificate in the host's own name that ends so many days from now, and its key.

    Signed by itself, as a device makes it, or by the office's own authority.
    """
    secret = rsa.generate_private_key(65537, bits)
    signer = rsa.generate_private_key(65537, 2048) if by_office else secret
    name = _called(host.name)
    end = NOW + timedelta(days=until_days)
    issuer = _called("Kantoor CA") if by_office else name
    made = x509.CertificateBuilder(issuer, name, secret.public_key(), x509.random_serial_number())
    made = made.not_valid_before(end - timedelta(days=365)).not_valid_after(end)
    signed = made.sign(signer, hashes.SHA256())
    host.write("etc/ssl/office.crt", signed.public_bytes(serialization.Encoding.PEM).decode())
    plain = serialization.NoEncryption()
    shape = serialization.PrivateFormat.TraditionalOpenSSL
    host.write("etc/ssl/office.key", secret.private_bytes(serialization.Encoding.PEM, shape, plain).decode(), 0o600)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def web(host: Host, protocols: str = "", title: str = "Office", ports: tuple[str, ...] = ("80",)) -> None:
    """nginx: on plain ports, and with `protocols` over TLS on 443, with the certificate that the host has."""
    listen = "".join(f" listen {port};" for port in ports)
    tls = (
        ""
        if not protocols
        else (
            f" listen 443 ssl; ssl_protocols {protocols}; ssl_ciphers DEFAULT@SECLEVEL=0;"
            " ssl_certificate /etc/ssl/office.crt; ssl_certificate_key /etc/ssl/office.key;"
        )
    )
    page = f"<html><head><title>{title}</title></head><body>{title}</body></html>"
    host.write("srv/www/index.html", page)
    host.write(
        "etc/nginx/nginx.conf",
        "user www-data; worker_processes 1; pid /run/nginx.pid; events {}\n"
        f"http {{ access_log off; error_log /dev/null; server {{{listen}{tls} root /srv/www; }} }}\n",
    )
    _begins(host, "/usr/sbin/nginx")


def samba(host: Host, *, guest: bool, smb1: bool = False, signed: bool = True) -> None:
    """smbd with one share, for everybody or for the one account that it knows."""
    host.write("srv/share/offerte.txt", "12 stoelen\n")
    who = "guest ok = yes\n read only = no\n" if guest else "valid users = medewerker\n read only = no\n"
    host.write(
        "etc/samba/smb.conf",
        f"[global]\n workgroup = KANTOOR\n server min protocol = {'NT1' if smb1 else 'SMB3'}\n"
        f" server signing = {'mandatory' if signed else 'auto'}\n disable netbios = yes\n smb ports = 445\n"
        f" map to guest = {'Bad User' if guest else 'Never'}\n"
        f" load printers = no\n log file = /var/log/samba/log\n[data]\n path = /srv/share\n {who}",
    )
    host.run("chown", "nobody", "/srv/share")
    _begins(host, "/usr/sbin/smbd --foreground --no-process-group")


def ftp(host: Host, *, anonymous: bool) -> None:
    """vsftpd, for everybody, or only with an account and over TLS."""
    host.write("srv/ftp/offerte.txt", "12 stoelen\n")
    closed = (
        "anonymous_enable=NO\nlocal_enable=YES\nssl_enable=YES\nforce_local_logins_ssl=YES\n"
        "force_local_data_ssl=YES\nrsa_cert_file=/etc/ssl/office.crt\nrsa_private_key_file=/etc/ssl/office.key\n"
    )
    host.write(
        "etc/vsftpd.conf",
        "listen=YES\nsecure_chroot_dir=/run/vsftpd/empty\nseccomp_sandbox=NO\nanon_root=/srv/ftp\n"
        + ("anonymous_enable=YES\nlocal_enable=NO\n" if anonymous else closed),
    )
    _begins(host, "sh -c 'mkdir -p /run/vsftpd/empty; exec /usr/sbin/vsftpd /etc/vsftpd.conf'")


def redis(host: Host, *, password: bool) -> None:
    guard = f"--requirepass '{PASSWORD}'" if password else "--protected-mode no"
    _begins(host, f"/usr/bin/redis-server --bind 0.0.0.0 --save '' --dir /tmp {guard}")


def memcached(host: Host, *, password: bool) -> None:
    host.write("etc/memcached.users", f"office:{PASSWORD}\n", 0o644)
    guard = "-Y /etc/memcached.users" if password else ""
    _begins(host, f"/usr/bin/memcached -u memcache -U 0 -l 0.0.0.0 {guard}")


def mosquitto(host: Host, *, anonymous: bool) -> None:
    host.run("mosquitto_passwd", "-b", "-c", "/etc/mosquitto/users", "office", PASSWORD)
    host.run("chown", "mosquitto:", "/etc/mosquitto/users")
    guard = "allow_anonymous true\n" if anonymous else "allow_anonymous false\npassword_file /etc/mosquitto/users\n"
    host.write("etc/mosquitto/mosquitto.conf", "listener 1883 0.0.0.0\nlog_dest none\n" + guard)
    _begins(host, "/usr/sbin/mosquitto -c /etc/mosquitto/mosquitto.conf")


def snmp(host: Host, community: str, description: str = "Linux switch") -> None:
    host.write(
        "etc/snmp/snmpd.conf",
        f'agentaddress udp:161\nrocommunity "{community}" default .1.3.6.1.2.1.1\nsysDescr {description}\n',
    )
    _begins(host, "/usr/sbin/snmpd -f -Lo -C -c /etc/snmp/snmpd.conf -p /run/snmpd.pid")


def postgresql(host: Host) -> None:
    """It listens to everybody and asks a password."""
    place = "etc/postgresql/15/main"
    host.write(f"{place}/pg_hba.conf", "local all all peer\nhost all all 0.0.0.0/0 scram-sha-256\n", 0o644)
    settings = "-c listen_addresses=0.0.0.0 -c shared_buffers=8MB -c unix_socket_directories=/tmp -c ssl=off -c jit=off"
    as_user = "setpriv --reuid=postgres --regid=postgres --init-groups"
    _begins(host, f"{as_user} /usr/lib/postgresql/15/bin/postgres -c config_file=/{place}/postgresql.conf {settings}")


def mariadb(host: Host) -> None:
    """It listens to everybody and asks a password."""
    settings = "--bind-address=0.0.0.0 --innodb-log-file-size=4M --innodb-buffer-pool-size=8M --socket=/tmp/mysql.sock"
    _begins(host, f"/usr/sbin/mariadbd --user=mysql {settings} --pid-file=/tmp/mysql.pid")


def telnet(host: Host) -> None:
    _begins(host, "/usr/bin/systemd-socket-activate --accept --inetd -l 23 /usr/sbin/telnetd")


def vnc(host: Host, *, password: bool) -> None:
    """A screen without a computer behind it, shared by a real VNC server."""
    host.write("etc/vnc.passwd", PASSWORD[:8] + "\n", 0o600)
    guard = "-passwdfile /etc/vnc.passwd" if password else "-nopw"
    _begins(host, f"/usr/bin/x11vnc -rawfb map:/dev/zero@320x200x32 -forever -shared -quiet -rfbport 5900 {guard}")


def nfs(host: Host, clients: str) -> None:
    """A file server in user space: the kernel's own knows no namespaces."""
    host.write(
        "etc/ganesha/ganesha.conf",
        "NFS_CORE_PARAM { Protocols = 3, 4; Plugins_Dir = /usr/lib/x86_64-linux-gnu/ganesha;"
        " NFS_Port = 2049; MNT_Port = 20048; }\n"
        "EXPORT { Export_Id = 7; Path = /data; Pseudo = /data; Squash = Root_Squash; SecType = sys; Protocols = 3, 4;\n"
        f" FSAL {{ Name = MEM; }} CLIENT {{ Clients = {clients}; Access_Type = RW; }} }}\n",
    )
    _begins(
        host,
        "/sbin/rpcbind -f -w",
        "sh -c 'sleep 0.3; mkdir -p /run/ganesha; exec /usr/bin/ganesha.nfsd -F -L /tmp/ganesha.log'",
    )


def router(host: Host, *, mappings: tuple[str, ...]) -> None:
    """miniupnpd: whoever asks opens a port. mappings: `TCP:outside:inside address:inside port:0:who`."""
    host.write("var/lib/upnp.leases", "".join(f"{line}\n" for line in mappings), 0o600)
    host.write(
        "etc/miniupnpd/miniupnpd.conf",
        "ext_ifname=wan0\next_ip=11.0.0.7\nlistening_ip=eth0\nport=0\nenable_natpmp=yes\nenable_upnp=yes\n"
        "lease_file=/var/lib/upnp.leases\nsecure_mode=no\nsystem_uptime=yes\nfriendly_name=Router\n"
        "upnp_table_name=igd\nupnp_nat_table_name=igd\nupnp_forward_chain=allowed\nupnp_nat_chain=inward\n"
        "upnp_nat_postrouting_chain=outward\nuuid=6a3b1c34-0f0c-4d0f-9d3c-7c1f4e0b7a11\n"
        "allow 1024-65535 192.168.0.0/16 1024-65535\nallow 1-65535 192.168.0.0/16 1-65535\n",
    )
    host.write(
        "etc/nftables.conf",
        "table inet igd {\n chain allowed { }\n chain inward { }\n chain outward { }\n"
        " chain forward { type filter hook forward priority 0; policy drop; jump allowed; }\n"
        " chain prerouting { type nat hook prerouting priority -100; jump inward; }\n"
        " chain postrouting { type nat hook postrouting priority 100; jump outward; }\n}\n",
    )
    _begins(
        host,
        "sh -c 'nft -f /etc/nftables.conf; ip link add wan0 type veth peer name wan1; ip link set wan1 up;"
        " ip address add 11.0.0.7/24 dev wan0; ip link set wan0 up;"
        " exec /usr/sbin/miniupnpd -d -f /etc/miniupnpd/miniupnpd.conf'",
    )


def clock(host: Host) -> None:
    """The clock of the office: it says the time of its own, and changes no clock."""
    host.write("etc/chrony/chrony.conf", "local stratum 3\nallow 192.168.0.0/16\ncmdport 0\n")
    _begins(host, "/usr/sbin/chronyd -d -x -u root")


def log_collector(host: Host) -> None:
    host.write("etc/rsyslog.conf", 'module(load="imtcp")\ninput(type="imtcp" port="514")\n*.* /var/log/office.log\n')
    _begins(host, "/usr/sbin/rsyslogd -n")


def _begins(host: Host, *commands: str) -> None:
    if (host.root / "etc/rc.local").exists():
        starts_too(host, *commands)
    else:
        starts(host, *commands)
