"""The words by which a form's free text is read: what studies led to, grades of a year, awards.

Words for a single cell stand in `data/intake/words.yaml`; these stand within a sentence. What is not here is listed, not guessed.
Where one word stands within another, the longer comes first.
"""

from __future__ import annotations

# What studies led to. `大学` is no such word: it stands in the school's name.
STUDIED = {
    "研究生": "postgraduate",
    "博士": "postgraduate",
    "硕士": "postgraduate",
    "大专": "junior_college",
    "专科": "junior_college",
    "本科": "bachelor",
    "学士": "bachelor",
    "中专": "vocational",
    "高中": "upper_secondary",
}

# What may stand before a word of education on a form, and says where or how somebody studied.
SCHOOLS = ("中央党校", "省委党校", "市委党校", "党校", "在职", "全日制", "函授", "自考", "成人")

# A year's result: the column of `assessments` and its code.
GRADES = {
    "基本称职": ("grade", "basically_competent"),
    "不称职": ("grade", "incompetent"),
    "称职": ("grade", "competent"),
    "优秀": ("grade", "excellent"),
    "基本合格": ("other_grade", "basically_qualified"),
    "不合格": ("other_grade", "unqualified"),
    "合格": ("other_grade", "qualified"),
    "不确定等次": ("other_grade", "undetermined"),
    "未确定等次": ("other_grade", "undetermined"),
    "不定等次": ("other_grade", "undetermined"),
    "未定等次": ("other_grade", "undetermined"),
}

AWARDS = {
    "三等功": "merit_third",
    "二等功": "merit_second",
    "一等功": "merit_first",
    "嘉奖": "commendation",
    "称号": "honorary_title",
}
# What the same field of a form says of discipline: it enters no table of awards.
DISCIPLINE = ("警告", "记过", "降级", "撤职", "开除", "处分", "诫勉", "留党察看")
