"""Who is asked: the groups of respondents, and the wholes that some of them make up together."""

PUPILS_9_12, PUPILS_12_18 = "pupils_9_12", "pupils_12_18"
TEACHERS, OTHER_STAFF, PARENTS = "teachers", "other_staff", "parents"

PUPILS, STAFF = "pupils", "staff"
WHOLES = {PUPILS: (PUPILS_9_12, PUPILS_12_18), STAFF: (TEACHERS, OTHER_STAFF)}
"""The groups that are told together where one of them is too small to be told."""

WHOLE_OF = {part: whole for whole, parts in WHOLES.items() for part in parts}

GROUPS = (PUPILS_9_12, PUPILS_12_18, TEACHERS, OTHER_STAFF, PARENTS)
