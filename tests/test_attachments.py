"""Pictures, recordings and files are looked at before anything is sent."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from distilkit import attachments
from distilkit.attachments import audio, file, image, message
from distilkit.errors import InputError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
PDF = b"%PDF-1.4\n%%EOF\n"
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(20)


def coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.fixture
def on_disk(tmp_path: Path) -> Any:
    def write(raw: bytes, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return write


def test_a_picture_comes_from_a_path_from_bytes_and_from_an_address_alike(on_disk: Any) -> None:
    path = on_disk(PNG, "cat.jpg")  # the name is not what counts
    url = f"data:image/png;base64,{coded(PNG)}"
    expected = {"type": "image_url", "image_url": {"url": url}}

    for source in (path, str(path), PNG, bytearray(PNG), memoryview(PNG), url, f"data:image/jpeg;base64,{coded(PNG)}"):
        assert image(source) == expected


def test_a_link_stays_a_link() -> None:
    url = "https://pictures.example/cat.png"

    assert image(url, detail="low")["image_url"] == {"url": url, "detail": "low"}
    assert file(f"{url}/r.pdf?x=1") == {"type": "file", "file": {"file_id": f"{url}/r.pdf?x=1", "filename": "r.pdf"}}


def test_a_file_has_a_name_for_openai_takes_none_without(on_disk: Any) -> None:
    path = on_disk(PDF, "report.pdf")

    assert file(path)["file"] == {"file_data": f"data:application/pdf;base64,{coded(PDF)}", "filename": "report.pdf"}
    assert file(PDF)["file"]["filename"] == "document.pdf"
    assert file(path, filename="mine.pdf")["file"]["filename"] == "mine.pdf"


def test_a_recording_is_bare_base64_and_its_format() -> None:
    assert audio(WAV) == {"type": "input_audio", "input_audio": {"data": coded(WAV), "format": "wav"}}
    assert audio(b"ID3" + bytes(9))["input_audio"]["format"] == "mp3"


@pytest.mark.parametrize(
    ("make", "source", "said"),
    [
        (image, "nowhere/cat.png", "nowhere/cat.png: no such file; pass a path"),
        (image, "bad\0name", "no such file"),
        (image, "x" * 5000, "x" * 100 + r"\.\.\.: (no such file|cannot be read)"),
        (image, " ", "an empty text names no file"),
        (image, "https:///cat.png", "is no whole link; write it as https://HOST/PATH"),
        (image, "https://a.example/my cat.png", "is no whole link; .* spaces as %20"),
        (file, "https://a.example/b.pdf\nx", "is no whole link"),
        (image, b"", "bytes: is empty; pass a PNG"),
        (image, b"just text", "bytes: is not a PNG, JPEG, GIF or WebP picture"),
        (image, PDF, "application/pdf, for dk.file, not a PNG"),
        (file, PNG, "image/png, for dk.image, not a PDF"),
        (file, b"some text", "is not a PDF; put other text into the message itself"),
        (audio, PNG, "for dk.image, not a WAV or MP3"),
        (audio, "https://sounds.example/a.wav", "no link .* download it"),
        (image, "data:image/png;base64,A", "a data: URL that cannot be read"),
        (image, "data:image/png;base64,", "a data: URL: is empty"),
        (image, None, "takes a path, bytes, or a data: or https: URL, not nothing"),
        (image, 3, "not int"),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(make: Any, source: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make(source)


def test_a_folder_an_empty_file_and_a_text_are_refused_by_name(on_disk: Any, tmp_path: Path) -> None:
    for source, said in [
        (tmp_path, "is a folder; name a file in it"),
        (on_disk(b"", "empty.png"), r"empty\.png: is empty"),
        (on_disk(b"hello", "notes.png"), r"notes\.png: is not a PNG"),
    ]:
        with pytest.raises(InputError, match=said):
            image(source)


def test_a_file_over_fifty_megabytes_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as huge:
        huge.truncate(attachments.MOST_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))

    with pytest.raises(InputError, match=r"huge\.png: 50 MB, and at most 50 are taken; make it smaller"):
        image(path)
    with pytest.raises(InputError, match="make it smaller"):
        image(bytes(attachments.MOST_BYTES + 1))


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "closed.png"
    path.write_bytes(PNG)

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"closed\.png: cannot be read: Permission denied"):
        image(path)


def test_a_named_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    caught: list[str] = []

    def look() -> None:
        try:
            image(tmp_path / "pipe")
        except InputError as error:
            caught.append(str(error))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(10)
    assert "is a pipe or a device" in caught[0]


def test_the_bytes_never_stand_in_a_message_of_an_error() -> None:
    with pytest.raises(InputError) as caught:
        image("data:image/png;base64," + "Zm9v" * 100)

    assert "Zm9v" not in str(caught.value)


@pytest.mark.parametrize("detail", ["LOW", "", 3])
def test_how_closely_to_look_is_one_of_three_words(detail: Any) -> None:
    with pytest.raises(InputError, match="detail= must be one of low, high, auto"):
        image(PNG, detail=detail)


@pytest.mark.parametrize("name", ["", " ", 3])
def test_a_files_name_is_a_name(name: Any) -> None:
    with pytest.raises(InputError, match="filename= must be a name"):
        file(PDF, filename=name)


def test_a_message_joins_texts_and_parts() -> None:
    picture = image(PNG)

    assert message("What is this?", picture, role="system") == {
        "role": "system",
        "content": [{"type": "text", "text": "What is this?"}, picture],
    }
    assert message("hi") == {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("parts", "options", "said"),
    [
        ((), {}, "has nothing in it"),
        ((3,), {}, "not int"),
        ((PNG,), {}, r"takes texts, dk\.image"),
        (({"role": "user", "content": "x"},), {}, "cannot stand in another"),
        (("a",), {"role": ""}, "role= must be one of"),
    ],
)
def test_a_message_of_something_else_is_refused(parts: Any, options: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        message(*parts, **options)


def test_a_links_scheme_is_written_as_every_provider_reads_it() -> None:
    assert image("HTTPS://pictures.example/Cat.png")["image_url"]["url"] == "https://pictures.example/Cat.png"
