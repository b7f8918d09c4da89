"""KoboToolbox and ODK: CSV or Excel, with groups before the name of a question ("T3/T3Q2", "T3-T3Q2")."""

from mirrors.intake.survey.responses import Grid
from mirrors.locale import message

TITLE = "KoboToolbox / ODK"
SIGNS = (
    ("_uuid", "_submission_time"),
    ("_submission_time",),
    ("_uuid",),
    ("meta/instanceID",),
    ("SubmissionDate", "KEY"),
    ("meta-instanceID", "KEY"),
)
OWN = (
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username",
    "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by",
    "__version__", "_tags", "_index", "_parent_index", "formhub/uuid", "meta/instanceID",
    "meta/instanceName", "meta/rootUuid", "meta/deprecatedID", "_geolocation", "_attachments",
    "_xform_id_string", "_bamboo_dataset_id", "SubmissionDate", "KEY", "meta-instanceID",
    "meta-instanceName", "SubmitterID", "SubmitterName", "Submitter", "AttachmentsPresent",
    "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion", "audit",
    "meta-audit", "meta/audit", "instanceID", "instanceName",
)  # fmt: skip

_NOT_TAKEN = ("Not approved", "validation_status_not_approved", "rejected")

SET_ASIDE = message("set aside in the tool")


def unwrap(grid: Grid) -> tuple[Grid, dict[str, int]]:
    """Return the answers but for those that somebody set aside in the tool."""
    gone = grid.holding(["validationstatus", "reviewstate"], _NOT_TAKEN)
    return grid.cut(gone), {SET_ASIDE: len(gone)} if gone else {}
