"""Every rule a file is held to: the stage that checks it, what a breach means, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from mirrors.locale import message


class Stage(StrEnum):
    """The stages of checking, in their order; a breach in the first two stops the later ones."""

    PRIVACY = "privacy"
    STRUCTURE = "structure"
    CONTENT = "content"


class Severity(StrEnum):
    """What a breach means: the upload is refused, held until somebody confirms, or taken with a warning."""

    FAIL = "fail"
    ASK = "ask"
    WARNING = "warning"


class Problem(StrEnum):
    """The kinds of breach."""

    PERSONAL_HEADER = "personal_header"
    NATIONAL_NUMBER = "national_number"
    PERHAPS_NATIONAL_NUMBER = "perhaps_national_number"
    OTHER_IDENTIFIER = "other_identifier"
    EMAIL = "email"
    WEB_ADDRESS = "web_address"
    IP_ADDRESS = "ip_address"
    PHONE = "phone"
    BIRTH_DATE = "birth_date"
    STREET_ADDRESS = "street_address"
    PERSON_NAME = "person_name"
    FREE_TEXT = "free_text"
    WEAK_TOKEN = "weak_token"
    PLAIN_HASH = "plain_hash"
    SMALL_GROUP = "small_group"
    LEVEL_B_OFF = "level_b_off"
    SURVEY_METADATA = "survey_metadata"
    KNOWN_RESPONDENTS = "known_respondents"
    PERSONAL_ANSWERS = "personal_answers"
    NOT_ANONYMOUS = "not_anonymous"
    MACROS = "macros"
    COMMENTS = "comments"
    EMBEDDED = "embedded"
    AUTHOR = "author"
    HIDDEN_SHEET = "hidden_sheet"
    HIDDEN_COLUMN = "hidden_column"
    FORMULAS = "formulas"

    NOT_FOUND = "not_found"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"
    BINARY = "binary"
    ENCODING = "encoding"
    BROKEN = "broken"
    LOCKED = "locked"
    TOO_BIG = "too_big"
    ARCHIVE = "archive"
    ROW_LENGTH = "row_length"
    REPEATED_COLUMN = "repeated_column"
    NAMELESS_COLUMN = "nameless_column"
    NO_SHEET = "no_sheet"
    OTHER_COLUMNS = "other_columns"
    NO_ROWS = "no_rows"
    NO_SURVEY = "no_survey"
    NO_QUESTIONS = "no_questions"
    QUESTION_TWICE = "question_twice"
    READ_AS_WINDOWS = "read_as_windows"
    EXTRA_ROWS = "extra_rows"

    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    NOT_WHOLE = "not_whole"
    NOT_A_DATE = "not_a_date"
    REQUIRED = "required"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NOT_IN_LIST = "not_in_list"
    PATTERN = "pattern"
    SCHOOL_YEAR = "school_year"
    UNKNOWN_CODE = "unknown_code"
    TWICE = "twice"
    MONTHS_AND_YEAR = "months_and_year"
    UNKNOWN_SCHOOL = "unknown_school"
    ALIKE_SCHOOLS = "alike_schools"
    TOTALS_ROW = "totals_row"
    MORE_THAN_POSSIBLE = "more_than_possible"
    PART_OVER_WHOLE = "part_over_whole"
    KINDS_NOT_TOTAL = "kinds_not_total"
    BANDS_NOT_BASE = "bands_not_base"
    MORE_THAN_INVITED = "more_than_invited"
    BANDS_NOT_ENROLMENT = "bands_not_enrolment"
    IMPOSSIBLE_HALF_DAYS = "impossible_half_days"
    OTHER_YEAR = "other_year"
    OTHER_JURISDICTION = "other_jurisdiction"
    SAME_FILES = "same_files"
    SAME_CONTENT = "same_content"
    UNKNOWN_ANSWER = "unknown_answer"
    NO_SCHOOL = "no_school"


@dataclass(frozen=True)
class Rule:
    """One rule: when it is checked, what a breach means, and the sentence that is told (English source)."""

    stage: Stage
    severity: Severity
    sentence: str


def _stops(sentence: str) -> Rule:
    return Rule(Stage.STRUCTURE, Severity.FAIL, sentence)


def _personal(sentence: str, severity: Severity = Severity.FAIL) -> Rule:
    return Rule(Stage.PRIVACY, severity, sentence)


def _content(sentence: str, severity: Severity = Severity.FAIL) -> Rule:
    return Rule(Stage.CONTENT, severity, sentence)


RULES: dict[Problem, Rule] = {
    Problem.PERSONAL_HEADER: _personal(
        message("the name of the column says that it holds personal data. Remove the column.")
    ),
    Problem.NATIONAL_NUMBER: _personal(message("this is a national number of a person. Remove the column.")),
    Problem.PERHAPS_NATIONAL_NUMBER: _personal(
        message("this may be a national number by its check digits. Remove it, or confirm that it is not."),
        Severity.ASK,
    ),
    Problem.OTHER_IDENTIFIER: _personal(
        message("this identifies a person or an account ({detail}). Remove the column.")
    ),
    Problem.EMAIL: _personal(message("this is an e-mail address. Remove it.")),
    Problem.WEB_ADDRESS: _personal(message("this is a web address. Remove it.")),
    Problem.IP_ADDRESS: _personal(message("this is the address of a computer. Remove it.")),
    Problem.PHONE: _personal(message("this is a telephone number. Remove it.")),
    Problem.BIRTH_DATE: _personal(message("this is a date of birth. Give the grade or an age band instead.")),
    Problem.STREET_ADDRESS: _personal(message("this is a street address. Give the district instead.")),
    Problem.PERSON_NAME: _personal(message("this is the name of a person. Remove it.")),
    Problem.FREE_TEXT: _personal(message("this is free text, in which anything may stand. Remove it.")),
    Problem.WEAK_TOKEN: _personal(
        message("the pupil tokens are not random ({detail}). Make them with “python -m mirrors prepare”.")
    ),
    Problem.PLAIN_HASH: _personal(
        message(
            "the tokens look like plain hashes, which can be guessed back. Make them with “python -m mirrors "
            "prepare”."
        ),
        Severity.WARNING,
    ),
    Problem.SMALL_GROUP: _personal(
        message(
            "fewer than {detail} pupils share all these characteristics, so that one may be recognised. "
            "Leave out a characteristic."
        )
    ),
    Problem.LEVEL_B_OFF: _personal(
        message(
            "files about single pupils are not taken here. Send totals made with “python -m mirrors "
            "prepare”, or have the impact assessment confirmed in the settings."
        )
    ),
    Problem.SURVEY_METADATA: _personal(
        message("the column can point to a respondent. It was left out and not stored."), Severity.WARNING
    ),
    Problem.KNOWN_RESPONDENTS: _personal(
        message(
            "the tool kept who answered. The column was left out and not stored; switch this off in the tool "
            "before the next survey."
        ),
        Severity.WARNING,
    ),
    Problem.PERSONAL_ANSWERS: _personal(
        message("free text or something personal stands in this column. It was left out and not stored."),
        Severity.WARNING,
    ),
    Problem.NOT_ANONYMOUS: _personal(
        message(
            "these answers can be tied to people: LimeSurvey was not set to anonymised responses, or the "
            "file does not show it. Export again with all columns; where the survey was not anonymised, "
            "its answers cannot be used here."
        )
    ),
    Problem.MACROS: _personal(message("the workbook holds macros. Save it as .xlsx without macros.")),
    Problem.COMMENTS: _personal(message("the workbook holds comments. Delete all comments and notes.")),
    Problem.EMBEDDED: _personal(
        message(
            "the workbook holds a pivot table, pictures or other embedded objects, which cannot be searched. "
            "Save only the table."
        )
    ),
    Problem.AUTHOR: _personal(
        message("the file names its author. The name was not stored."), Severity.WARNING
    ),
    Problem.HIDDEN_SHEET: _personal(
        message("the workbook has a hidden sheet. It was searched for personal data, and not loaded."),
        Severity.WARNING,
    ),
    Problem.HIDDEN_COLUMN: _personal(
        message("the workbook has hidden columns. They were read like the others."), Severity.WARNING
    ),
    Problem.FORMULAS: _personal(
        message("some cells are formulas. They were read as last calculated."), Severity.WARNING
    ),
    Problem.NOT_FOUND: _stops(message("there is no such file. Check the path.")),
    Problem.UNKNOWN_FORMAT: _stops(
        message("not a kind of file we read. Save it as CSV, XLSX or Parquet, or put such files in a ZIP.")
    ),
    Problem.EMPTY: _stops(message("the file is empty. Export it again.")),
    Problem.BINARY: _stops(message("this is not text. Export it as CSV in UTF-8.")),
    Problem.ENCODING: _stops(message("not written in UTF-8 or Windows-1252. Save it again as “CSV UTF-8”.")),
    Problem.BROKEN: _stops(message("the file breaks off or is damaged. Export it again.")),
    Problem.LOCKED: _stops(message("the file is locked with a password. Save it without one.")),
    Problem.TOO_BIG: _stops(message("the file is larger than {detail}. Split it by school year.")),
    Problem.ARCHIVE: _stops(message("this archive is not taken ({detail}). Pack only the data files again.")),
    Problem.ROW_LENGTH: _stops(
        message("the row is not as wide as the header; the file may be cut off. Export it again.")
    ),
    Problem.REPEATED_COLUMN: _stops(message("the column stands twice in the header. Keep one of them.")),
    Problem.NAMELESS_COLUMN: _stops(
        message("the column holds values and has no name. Name it, or remove it.")
    ),
    Problem.NO_SHEET: _stops(message("the workbook has no sheet “{detail}”. Check the sheet names.")),
    Problem.OTHER_COLUMNS: _stops(
        message(
            "the columns are not those of this profile. {detail} Choose another profile or use a template."
        )
    ),
    Problem.NO_ROWS: _stops(message("there is a header but no row to keep. Export it again.")),
    Problem.NO_SURVEY: _stops(
        message(
            "this is not one table of answers as LimeSurvey, Qualtrics, Microsoft Forms, Google Forms or "
            "KoboToolbox writes it. Export the answers again with all columns, or use our template."
        )
    ),
    Problem.NO_QUESTIONS: _stops(
        message(
            "no column is a question of the questionnaire. Choose the group, or say what the columns are."
        )
    ),
    Problem.QUESTION_TWICE: _stops(
        message("two columns are the same question ({detail}). Leave one of them out.")
    ),
    Problem.READ_AS_WINDOWS: Rule(
        Stage.STRUCTURE,
        Severity.WARNING,
        message("not written in UTF-8; it was read as Windows-1252. Check the letters with accents."),
    ),
    Problem.EXTRA_ROWS: Rule(
        Stage.STRUCTURE,
        Severity.WARNING,
        message("rows above the table or empty rows were passed over. Check that none held figures."),
    ),
    Problem.NOT_A_NUMBER: _content(
        message("this is not a number. Write digits, with a point or a comma, or leave it empty.")
    ),
    Problem.AMBIGUOUS_NUMBER: _content(
        message(
            "this can be read as two numbers (a point or comma before three digits). Write it "
            "without that sign, or with another number of decimals."
        )
    ),
    Problem.NOT_WHOLE: _content(message("this is not a whole number. Correct it.")),
    Problem.NOT_A_DATE: _content(message("this is not a date. Write it as 2024-09-30 or 30/09/2024.")),
    Problem.REQUIRED: _content(message("a value is missing that must be there. Fill it in.")),
    Problem.TOO_SMALL: _content(message("the value is smaller than {detail}. Correct it.")),
    Problem.TOO_LARGE: _content(message("the value is larger than {detail}. Correct it.")),
    Problem.TOO_LONG: _content(message("the text is longer than {detail} characters. Shorten it.")),
    Problem.NOT_IN_LIST: _content(message("the value is not one of: {detail}. Correct it.")),
    Problem.PATTERN: _content(message("the text is not written as it should be ({detail}). Correct it.")),
    Problem.SCHOOL_YEAR: _content(message("this is not a school year. Write it as 2024-25.")),
    Problem.UNKNOWN_CODE: _content(message("this absence code is not known here. Known codes: {detail}.")),
    Problem.TWICE: _content(message("the same row stands twice (same {detail}). Keep one of them.")),
    Problem.MONTHS_AND_YEAR: _content(
        message("months and the whole year are both given. Keep one of them, or the same time counts twice.")
    ),
    Problem.UNKNOWN_SCHOOL: _content(
        message("this school is in no file of schools. Correct its id, or add the school."), Severity.WARNING
    ),
    Problem.ALIKE_SCHOOLS: _content(
        message("another school has the same id but for capitals or zeros in front. Check both ids."),
        Severity.WARNING,
    ),
    Problem.TOTALS_ROW: _content(
        message("this row is a total, not a school. Leave it out, or it counts twice.")
    ),
    Problem.MORE_THAN_POSSIBLE: _content(
        message("more units absent than were possible. Correct one of the two files.")
    ),
    Problem.PART_OVER_WHOLE: _content(message("the part is larger than its whole. Correct one of the two.")),
    Problem.KINDS_NOT_TOTAL: _content(
        message("the kinds of absence do not add up to the total that is also given. Correct them.")
    ),
    Problem.MORE_THAN_INVITED: _content(
        message("more people answered than were invited. Check both numbers; this response rate is wrong."),
        Severity.WARNING,
    ),
    Problem.BANDS_NOT_BASE: _content(
        message("the pupils in the bands do not add up to the pupils counted. Correct them.")
    ),
    Problem.BANDS_NOT_ENROLMENT: _content(
        message("the pupils counted differ much from the pupils enrolled. Check both files."),
        Severity.WARNING,
    ),
    Problem.IMPOSSIBLE_HALF_DAYS: _content(
        message("more possible half-days than the calendar has for these pupils. Correct it.")
    ),
    Problem.OTHER_YEAR: _content(
        message("the date is not in the school year of its row. Correct one of the two.")
    ),
    Problem.OTHER_JURISDICTION: _stops(
        message("this store holds data read by other rules ({detail}). Use another store.")
    ),
    Problem.SAME_FILES: _stops(
        message("these files were loaded before, as upload {detail}. Nothing was changed.")
    ),
    Problem.UNKNOWN_ANSWER: _content(
        message(
            "an answer that is none of the questionnaire. Say which option it is, or that it is no answer."
        )
    ),
    Problem.NO_SCHOOL: _content(
        message("it is not known which school this is. Say which one, or leave these rows out.")
    ),
    Problem.SAME_CONTENT: _content(
        message("these rows repeat those of upload {detail}, of another school year. Check the school year.")
    ),
}
