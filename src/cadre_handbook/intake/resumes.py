"""A résumé as an appointment form has it (简历), line by line, into postings and studies.

`2003.07--2006.05  平岚县财政局科员`: a stretch of time, then a unit and a post. Nothing is dropped in silence: every line is read or
listed with the reason, and so is what stands in brackets and could not be read. What a line leaves open (a month, an end, what comes
after a unit's name) is not guessed but listed, or marked as less than sure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from cadre_handbook import values
from cadre_handbook.i18n import _
from cadre_handbook.intake.words import STUDIED

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
"""How sure it is where the unit's name ends: a known unit's name; a common ending before a common title; neither."""


MOST_CHARACTERS = 200
"""A line that says more than this of what was done is none that could be split into unit and post."""


@dataclass(frozen=True)
class Posting:
    """A posting of a résumé.

    ``start``, ``end``: months or days in ISO form (`2003-07`), from `start` up to, not including, `end`; an empty end is still
    running. ``unit``, ``title``: as written; ``confidence`` says how sure the line between them is. ``role``: a code of
    `postings.role`, empty for a substantive post. ``remark``: what stood in brackets. ``line``: the first line it was read from.
    """

    start: str
    end: str
    unit: str
    title: str
    role: str
    confidence: str
    line: int
    remark: str = ""


@dataclass(frozen=True)
class Study:
    """Studies of a résumé that lead to a degree.

    ``kind`` and ``education``: codes of `studies` (education may be empty). ``told``: as written.
    """

    start: str
    end: str
    kind: str
    education: str
    line: int
    told: str = ""


@dataclass
class Resume:
    """What was read of a résumé; ``unread``: `(line number, text, why)` for all that was not."""

    postings: list[Posting] = field(default_factory=list)
    studies: list[Study] = field(default_factory=list)
    unread: list[tuple[int, str, str]] = field(default_factory=list)


# --- signs ----------------------------------------------------------------------------------------

# Full-width signs to plain ones, one character for one, so that what is found in the plain text can be cut from the original.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = "-－‐‑‒–—―−─━﹣﹘~～〜∼˜"
_PLAIN = str.maketrans(
    {**_WIDE, **dict.fromkeys(map(ord, _DASHES), "-"), "。": "."} | dict.fromkeys("\u3000\u00a0\t\u2002\u2003", " ")
)

_DATE = r"(?:(?:19|20)\d\d\s?(?:年\s?(?:\d{1,2}\s?月?(?:\s?\d{1,2}\s?日)?)?|[./]\s?\d{1,2}(?:[./]\d{1,2})?|-?(?:0[1-9]|1[0-2])(?!\d))?)"
_NOW = r"(?:至今|今|现在|目前)"
# Nothing is tried twice (`*+`): a text made to be slow is read as fast as any other.
_RANGE = re.compile(rf"(?P<start>{_DATE})\s*+(?P<between>-[-\s]*+(?:至)?|至|到|起)\s*+(?P<end>{_DATE}|{_NOW})?(?!\d)")
_DATE_FIRST = re.compile(_DATE)
_OUTER_BRACKETS = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)")
_MEANWHILE = re.compile(r"^\(?\s*(?:其间|期间|其中|间)\s*[:,]?\s*")
_PUNCTUATION = " ,;:.、，；：。(（"


def _plain(text: str) -> str:
    return text.translate(_PLAIN)


# --- lines into entries ---------------------------------------------------------------------------


@dataclass
class _Entry:
    """A line that begins with a stretch of time and the indented lines that continue it; `open`: brackets not yet closed."""

    line: int
    parts: list[str] = field(default_factory=list)
    open: int = 0

    def add(self, line: str) -> None:
        self.parts.append(line.strip())
        plain = _plain(line)
        self.open = max(0, self.open + plain.count("(") - plain.count(")"))

    @property
    def text(self) -> str:
        return "".join(self.parts)


def _entries(text: str, unread: list) -> Iterator[_Entry]:
    """The entries of a text; lines that belong to none go to `unread`."""
    entry: _Entry | None = None
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        plain = _plain(line)
        if not plain.strip():
            continue
        indented, within = plain.startswith(" "), bool(entry and entry.open)
        if _DATE_FIRST.match(plain.lstrip()) and not (indented and within):
            if entry:
                yield entry
            entry = _Entry(number)
            entry.add(line)
        elif entry and (indented or within or _MEANWHILE.match(plain)):
            entry.add(line)
        else:
            unread.append((number, line.strip(), _("the line begins with no date")))
            if entry:
                yield entry
            # A line further in would continue this one, not the entry above it.
            entry = None
    if entry:
        yield entry


# --- dates ----------------------------------------------------------------------------------------


def _date(text: str) -> tuple[str, str]:
    """A date of a résumé as `(ISO month or day, why it could not be read)`; what a cell's date means stands in `values`."""
    tidy = re.sub(r"\s", "", text)
    tidy = re.sub(r"^(\d{4})(\d{2})$", r"\1.\2", tidy)
    tidy = re.sub(r"^(\d{4}年\d{1,2})$", r"\1月", tidy)
    day, is_month, why = values.parse_date(tidy)
    if day:
        return day[:7] if is_month else day, ""
    return "", {
        "year_only": _("only the year is known: add the month"),
        "month_ambiguous": _("January, or October that lost its zero: write 01 or 10"),
        "no_such_month": _("there is no such month"),
        "no_such_day": _("there is no such day"),
    }.get(why, _("not a date"))


def _stretch(match: re.Match) -> tuple[str, str, str]:
    """Start, end and why the two could not be read."""
    start, why = _date(match["start"])
    written = match["end"] or ""
    if why or not written or re.fullmatch(_NOW, written):
        return start, "", why
    end, why = _date(written)
    if not why and _ends_before(start, end):
        why = _("the end is before the start")
    return start, end, why


def _ends_before(start: str, end: str) -> bool:
    """Whether an end is surely before a start, both by month or day: 2003-07 may be after 2003-07-15."""
    shared = min(len(start), len(end))
    return end[:shared] < start[:shared]


# --- what was done --------------------------------------------------------------------------------

_NO_POST = re.compile(
    r"^.{0,8}(?:待业|待分配|务农|插队|下乡|知青|病休|休养|退休|离休|待岗|下岗|无业|休学)(?:劳动|锻炼|在家|青年|知青)?$"
)
_NO_DEGREE = re.compile(r"(?:培训|进修|轮训|研修|访问学者|集训)(?:学习)?$|(?:培训|进修|轮训|研修|中青|专题)班")
_STUDY = re.compile(
    r"(?:学生|学员|学习|就读|读书|攻读.*|在读|毕业|研究生班?|[专本]科生?|大专生?|硕士生?|博士生?|专业|学历|学位)$"
)
_DEGREE = re.compile(r"大学|学院|学校|中专|大专|专科|本科|研究生|硕士|博士|专业|电大|学生$|师范|中学|高中")
_PART_TIME = re.compile(r"在职|函授|自考|自学|成人|夜大|电大|业余|党校|网络教育|远程")
_SECONDED = re.compile(r"挂职(?:锻炼)?(?:期间)?(?:担任|任)?|挂任")
_ACTING = re.compile(r"代理(?=\S)|代(?=(?:省|市|县|区|州|盟|旗|乡|镇)?(?:长|主席|院长|检察长|主任|书记|局长|部长))")
_TRAINEE = re.compile(r"见习")
_IN_TURN = re.compile(r"历任|先后(?:任|担任|在)")
# What stands alone in brackets after a post, and says in what capacity it is held.
_CAPACITIES = {
    **dict.fromkeys(("兼", "兼任", "兼职"), "concurrent"),
    "岗前锻炼": "pre_post",
    "代理": "acting",
    "见习": "trainee_leader",
    "助理": "assistant",
}
_TAKES_UP = re.compile(r"^(?:历任|先后担任|先后任|担任|任|在)(?=\S)")
_DATED = re.compile(_DATE)

_UNIT_ENDS = (
    "街道办事处|办事处|管理委员会|管委会|委员会|人民政府|政府|人民代表大会|人大常委会|人大|政协|常委会|人民法院|法院|人民检察院|检察院|中心|公司|"
    "集团|银行|学校|大学|中学|小学|学院|党校|医院|研究院|研究所|办公室|局|委|办|厅|部|署|"
    "镇|乡|街道|站|所|队|处|科|室|股|院|馆|社|会|厂|园区|新区|开发区|"
    "场|村|社区|县|市|区|州|旗|省"
)
_HEADS = (
    "书记|主任|局长|部长|县长|市长|区长|乡长|镇长|州长|旗长|省长|厅长|处长|科长|股长|室主任|院长|"
    "检察长|主席|会长|校长|站长|所长|队长|馆长|社长|厂长|场长|园长|村长|秘书长|司长|总经理|经理|董事长|"
    "行长|政委|团长|营长|连长|排长|组长|关长|台长|总编辑|主编"
)
_OTHERS = (
    "科员|办事员|职员|干部|干事|工作人员|文书|秘书|会计|出纳|教师|医生|工程师|技术员|队员|战士|委员|常委|"
    "成员|调研员|主任科员|巡视员|督导员|审判员|检察员|法官|检察官|民警|工人|办公室主任|县长助理|市长助理|区长助理|镇长助理|乡长助理|局长助理|"
    "主任助理|书记助理|助理|党组成员|党委委员|选调生|大学生村官|会计师|经济师|统计师|农艺师|讲师|教授|专业技术人员|科员级|研究员|书记员|警长|"
    "组织员|正科级干部|副科级干部|正处级干部|副处级干部"
)
_TITLE = re.compile(
    rf"(?:党组|党委|党总支|党支部|党工委|纪委|纪检组|工委|团委|人大|武装部|政工|妇联|工会|常务)?"
    rf"(?:(?:常务|名誉)?副|第一)?(?:[一二三四]级)?(?:副)?(?:{_HEADS}|{_OTHERS})"
)
# A Party group or committee within a unit belongs to the title: 财政局 | 党组书记.
_ENDS_UNIT = re.compile(rf"(?<!党)(?:{_UNIT_ENDS})$(?<!党工委)(?<!党委)")
_PARTY = re.compile(r"党|书记|常委|委员|成员|政委|人大|政协|纪委|纪检|武装部|工会|妇联|团委")
_SECRETARY = re.compile(r"(?:党(?:组|委|工委|总支|支部)?)?(?:第一|副)?书记")
_PARTS = re.compile(r"[、，,；;]|(?<=\S)(?:并)?兼任?(?=\S)")


def split_unit(text: str, units: Collection[str] = ()) -> tuple[str, str, str]:
    """Unit, title and how sure the split is: at the longest known unit that begins the text, else by common endings.

    What is neither is `UNSURE`: a text that ends as units do is all unit, another all title.
    """
    known = max((unit for unit in units if len(unit) < len(text) and text.startswith(unit)), key=len, default="")
    if known:
        return known, text[len(known) :], SURE
    ends = [end for end in range(len(text) - 1, 1, -1) if _ENDS_UNIT.search(text[:end])]
    for end in ends:
        title = _TAKES_UP.sub("", text[end:])
        if _TITLE.fullmatch(title):
            return text[:end], title, LIKELY
    if _TITLE.fullmatch(text):
        return "", text, UNSURE
    if _ENDS_UNIT.search(text):
        return text, "", UNSURE
    return (text[: ends[0]], text[ends[0] :], UNSURE) if ends else ("", text, UNSURE)


@dataclass
class _Reader:
    """Reads the entries of one résumé into `into`."""

    units: Collection[str]
    posts: frozenset[tuple[str, str]]
    into: Resume

    def entry(self, entry: _Entry, as_of: str, is_last: bool) -> None:
        plain = _plain(entry.text)
        match = _RANGE.match(plain)
        if not match:
            self.unread(
                entry.line, entry.text, _("a date, but no stretch of time: write “2003.07--2006.05” or “2014.11--”")
            )
            return
        start, end, why = _stretch(match)
        rest = entry.text[match.end() :]
        own, nested, remarks = _brackets(rest)
        if not why and as_of and start > as_of[: len(start)]:
            why = _("begins after the day judged on")
        if not why and not end and not match["end"] and not is_last:
            why = _("no end, though a later line begins: add the end, or “until now” (至今) where it still runs")
        if not why and not own.strip(_PUNCTUATION):
            why = _("a stretch of time, but no post")
        if why:
            self.unread(entry.line, entry.text, why)
        else:
            self.deed(own.strip(_PUNCTUATION), start, end, entry.line, remarks, nested=False)
        for text in nested:
            self.within(text, entry.line)

    def within(self, text: str, line: int) -> None:
        """What stands in brackets with dates of its own: studies and secondments meanwhile."""
        inner = text[1:-1] if _plain(text).startswith("(") else text
        skipped = _MEANWHILE.match(_plain(inner))
        inner = inner[skipped.end() :] if skipped else inner
        found = list(_RANGE.finditer(_plain(inner)))
        before = inner[: found[0].start()] if found else inner
        if before.strip(_PUNCTUATION):
            self.unread(line, before.strip(), _("in brackets, without a stretch of time"))
        for match, following in zip(found, [*found[1:], None], strict=False):
            piece = inner[match.end() : following.start() if following else None].strip(_PUNCTUATION)
            start, end, why = _stretch(match)
            if not why and not end and not match["end"]:
                why = _("in brackets, without an end")
            own, deeper, remarks = _brackets(piece)
            if not why and not own.strip(_PUNCTUATION):
                why = _("a stretch of time, but no post")
            if why:
                self.unread(line, inner[match.start() : following.start() if following else None], why)
            else:
                self.deed(own.strip(_PUNCTUATION), start, end, line, remarks, nested=True)
            for text_ in deeper:
                self.within(text_, line)

    def deed(self, text: str, start: str, end: str, line: int, remarks: list[str], nested: bool) -> None:
        """One stretch of time: studies, no post at all, or one or several posts."""
        plain = re.sub(r"\s+", "", _plain(text))
        if _NO_POST.search(plain):
            self.unread(line, text, _("no post: what was done then enters no table"))
        elif len(plain) > MOST_CHARACTERS:
            self.unread(line, text, _("longer than the name of any post"))
        elif _STUDY.search(plain) or _NO_DEGREE.search(plain):
            if _NO_DEGREE.search(plain) or not _DEGREE.search(plain):
                self.unread(line, text, _("a course that leads to no degree: enter it in the table of trainings"))
            else:
                part_time = nested or _PART_TIME.search(plain)
                kind = "part_time_degree" if part_time else "full_time_degree"
                education = next((code for word, code in STUDIED.items() if word in plain), "")
                self.into.studies.append(Study(start, end, kind, education, line, text))
        else:
            self.held(text, start, end, line, remarks, nested)
            return
        for remark in remarks:
            self.unread(line, remark, _("a remark that no column holds"))

    def held(self, text: str, start: str, end: str, line: int, remarks: list[str], nested: bool) -> None:
        """The posts that were held in one stretch of time."""
        whole = re.sub(r"\s+", "", text)
        seconded = any(_SECONDED.search(said) for said in (whole, *remarks))
        remark = "；".join(item for item in remarks if not re.fullmatch(_SECONDED, item))
        for item in remarks:
            if _DATED.search(_plain(item)) or "主持" in item:
                self.unread(line, item, _("a remark that no column holds"))
        capacity = next((_CAPACITIES[item] for item in remarks if item in _CAPACITIES), "")
        posts = list(self.posts_in(_TAKES_UP.sub("", _SECONDED.sub("", whole))))
        if not posts:
            self.unread(line, text, _("a stretch of time, but no post"))
        elif _IN_TURN.search(whole) or _not_at_once([post[:2] for post in posts if not post[3]]):
            told = "；".join(filter(None, [text, remark]))
            self.unread(
                line, told, _("several posts, perhaps one after the other: give each a line with its own dates")
            )
        else:
            for unit, title, confidence, beside, own in posts:
                role = own or ("concurrent" if beside or (nested and not seconded) else capacity)
                if seconded and not beside:
                    role = "secondment"
                self.into.postings.append(Posting(start, end, unit, title, role, confidence, line, remark))

    def posts_in(self, text: str) -> Iterator[tuple[str, str, str, bool, str]]:
        """The posts that a text names: unit, title, how sure, whether beside the first (兼), and the role that its own words say."""
        unit_before = ""
        for part, beside in self.parts(text):
            role = ""
            if _TRAINEE.search(part):
                part, role = _TRAINEE.sub("", part), "trainee_leader"
            if _ACTING.search(part):
                part, role = _ACTING.sub("", part), "acting"
            unit, title, confidence = split_unit(_TAKES_UP.sub("", part), self.units)
            if unit_before and not beside and confidence == LIKELY:
                # `县委常委、组织部部长`: 组织部 may be a part of the unit before it.
                confidence = UNSURE
            if not unit and unit_before:
                # What names no unit of its own is taken to be of the one before, and said to be unsure.
                unit, confidence = unit_before, UNSURE
            yield unit, title, confidence, beside, role or ("assistant" if title.endswith("助理") else "")
            unit_before = unit

    def parts(self, text: str) -> Iterator[tuple[str, bool]]:
        """The posts that a text names, each with whether it is held beside the first; a known post is never parted."""
        for unit in sorted((unit for unit in self.units if text.startswith(unit)), key=len, reverse=True):
            if {(unit, text[len(unit) :]), (unit, text)} & self.posts:
                yield text, False
                return
        begin, concurrent = 0, False
        for match in [*_PARTS.finditer(text), None]:
            part = text[begin : match.start() if match else None].strip(_PUNCTUATION)
            if part:
                yield part, concurrent
            if match:
                begin = match.end()
                concurrent = concurrent or "兼" in match[0]

    def unread(self, line: int, text: str, why: str) -> None:
        self.into.unread.append((line, text.strip(), why))


def _not_at_once(posts: list[tuple[str, str]]) -> bool:
    """Whether posts (unit, title) named with 、 may have been held one after the other: 科员、股长、副局长, unlike 党组书记、局长.

    At once one holds at most one post of the administration, and is at most one secretary of a unit's committee.
    """
    administration = [title for _unit, title in posts if not _PARTY.search(title)]
    committees = [unit for unit, title in posts if _SECRETARY.fullmatch(title)]
    return len(administration) > 1 or len(committees) > len(set(committees))


def _brackets(text: str) -> tuple[str, list[str], list[str]]:
    """A text without its brackets, the brackets with a stretch of time in them, and what the others say."""
    plain, own, nested, remarks, begin = _plain(text), [], [], [], 0
    for match in _OUTER_BRACKETS.finditer(plain):
        own.append(text[begin : match.start()])
        inside = text[match.start() : match.end()]
        if _RANGE.search(match[0]) or _MEANWHILE.match(match[0]):
            nested.append(inside)
        elif inside[1:-1].strip():
            remarks.append(inside[1:-1].strip())
        begin = match.end()
    rest = text[begin:]
    # `其间：…` without brackets, to the end of the text.
    bare = re.search(r"(?:其间|期间)\s*:", plain[begin:])
    if bare:
        nested.append(rest[bare.start() :])
        rest = rest[: bare.start()]
    return "".join([*own, rest]), nested, remarks


def parse(
    text: str, as_of: str | None = None, units: Collection[str] = (), posts: Collection[tuple[str, str]] = ()
) -> Resume:
    """The postings and studies of a résumé, and every line that could not be read.

    ``as_of``: the day judged on (ISO); what begins after it is listed. ``units``: known names of units; ``posts``: known pairs of
    unit and title (the title with the unit's name or without), which are never taken for two posts however they are written.
    """
    resume = Resume()
    reader = _Reader(units, posts if isinstance(posts, frozenset) else frozenset(posts), resume)
    entries = list(_entries(text, resume.unread))
    latest = max(map(_start_of, entries), default="")
    for entry in entries:
        reader.entry(entry, as_of or "", _start_of(entry) == latest)
    resume.unread.sort(key=lambda item: item[0])
    return resume


def _start_of(entry: _Entry) -> str:
    """The start of an entry in ISO form, empty where it has none."""
    match = _RANGE.match(_plain(entry.text))
    return _date(match["start"])[0] if match else ""
