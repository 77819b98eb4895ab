"""The PDF as it is handed out, where no browser is needed to tell."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from cadre_handbook.pdf import share_pictures


def picture(pdf: pikepdf.Pdf, points: bytes, **more: object) -> Stream:
    entries = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 2, "Height": 2, "BitsPerComponent": 8}
    return pdf.make_indirect(Stream(pdf, points, **entries, ColorSpace=Name.DeviceGray, **more))


def reopened(pdf: pikepdf.Pdf, folder: Path) -> pikepdf.Pdf:
    pdf.save(folder / "out.pdf")
    return pikepdf.open(folder / "out.pdf")


def pictures(pdf: pikepdf.Pdf) -> list[bytes]:
    return sorted(
        one.read_bytes() for one in pdf.objects if isinstance(one, Stream) and one.get("/Subtype") == "/Image"
    )


def test_a_picture_stands_once_and_each_page_still_shows_its_own(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    hatched, other = b"\x00\x01\x00\x01", b"\x05\x05\x05\x05"
    for points in (hatched, other, hatched, hatched):
        pdf.add_blank_page().Resources = Dictionary(XObject=Dictionary(Im=picture(pdf, points)))
    assert share_pictures(pdf) == 2
    out = reopened(pdf, tmp_path)
    assert pictures(out) == [hatched, other]
    assert [page.Resources.XObject.Im.read_bytes() for page in out.pages] == [hatched, other, hatched, hatched]


def test_pictures_under_masks_of_one_kind_become_one(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    points, mask, other_mask = b"\x01\x02\x03\x04", b"\x00\xff\x00\xff", b"\xff\x00\xff\x00"
    for masked in (mask, mask, other_mask):
        drawn = picture(pdf, points, SMask=picture(pdf, masked))
        pdf.add_blank_page().Resources = Dictionary(Nested=Array([Dictionary(Im=drawn)]))
    assert share_pictures(pdf) == 2  # a mask, and the picture under it
    out = reopened(pdf, tmp_path)
    shown = [page.Resources.Nested[0].Im for page in out.pages]
    assert [one.SMask.read_bytes() for one in shown] == [mask, mask, other_mask]
    assert shown[0].objgen == shown[1].objgen != shown[2].objgen


def test_pictures_of_one_content_and_another_shape_stay_two(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    wide, high = picture(pdf, b"\x00\x00\x00\x00"), picture(pdf, b"\x00\x00\x00\x00")
    high.Width, high.Height = 1, 4
    for drawn in (wide, high):
        pdf.add_blank_page().Resources = Dictionary(XObject=Dictionary(Im=drawn))
    assert share_pictures(pdf) == 0
    assert [page.Resources.XObject.Im.Width for page in reopened(pdf, tmp_path).pages] == [2, 1]
