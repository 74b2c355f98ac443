"""References to secrets: each form, what is refused, and that no value shows itself."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from nis2scan.errors import SecretError
from nis2scan.secrets import Secret, check_reference, key_file, resolve

posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes are of POSIX")


def closed(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "secret"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("hunter2")
    shown = f"{secret} {secret!r} {secret!s} {secret:>20} {[secret]} {vars(type(secret))['__slots__']}"
    assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("wrong", ["hunter2", "", "env:", "env:A B", "exec:../x", "keyring:x", "vault:x", "file:"])
def test_a_reference_of_no_known_form_is_refused_without_repeating_it(wrong: str) -> None:
    with pytest.raises(ValueError, match="must be ask:") as refused:
        check_reference(wrong)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(SecretError):
        resolve(wrong)


def test_a_password_in_place_of_a_reference_is_not_repeated() -> None:
    with pytest.raises(SecretError) as refused:
        resolve("hunter2:x")
    assert "hunter2" not in str(refused.value)


def test_ask_takes_what_was_typed_and_needs_somebody() -> None:
    prompts: list[str] = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        return "typed"

    assert resolve("ask:", ask=typed, label="password of anna").reveal() == "typed"
    assert prompts == ["password of anna"]
    with pytest.raises(SecretError, match="keyboard"):
        resolve("ask:")


def test_env_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("N2_SECRET", "fromenv")
    assert resolve("env:N2_SECRET").reveal() == "fromenv"
    with pytest.raises(SecretError, match="not set"):
        resolve("env:N2_SURELY_NOT_SET")
    monkeypatch.setenv("N2_SECRET", "")
    with pytest.raises(SecretError, match="empty"):
        resolve("env:N2_SECRET")


@posix
def test_file_reads_one_line_of_a_closed_file(tmp_path: Path) -> None:
    file = closed(tmp_path, "first\nsecond\n")
    assert resolve(f"file:{file}").reveal() == "first"


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = closed(tmp_path, "value", mode)
    with pytest.raises(SecretError, match="by others") as refused:
        resolve(f"file:{file}")
    assert "value" not in str(refused.value)
    assert "chmod 600" in refused.value.next_step


@posix
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    subprocess.run(["mkfifo", "-m", "600", str(tmp_path / "pipe")], check=True)
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none"):
        with pytest.raises(SecretError):
            resolve(f"file:{path}")


@posix
def test_a_key_file_comes_whole_and_only_when_closed(tmp_path: Path) -> None:
    assert key_file(closed(tmp_path, "a\nb\n")).reveal() == "a\nb\n"
    with pytest.raises(SecretError):
        key_file(closed(tmp_path, "a\nb\n", 0o644))


def test_exec_runs_only_what_the_operator_named_and_without_a_shell(tmp_path: Path) -> None:
    say = [sys.executable, "-c", "import sys; print(sys.argv[1]); print('second')", "$HOME; x"]
    assert resolve("exec:vault", programs={"vault": say}).reveal() == "$HOME; x"
    with pytest.raises(SecretError, match="operator"):
        resolve("exec:vault")
    with pytest.raises(SecretError, match="status 3"):
        resolve("exec:vault", programs={"vault": [sys.executable, "-c", "print('hunter2'); raise SystemExit(3)"]})
    with pytest.raises(SecretError, match="gave nothing"):
        resolve("exec:vault", programs={"vault": [str(tmp_path / "none")]})
