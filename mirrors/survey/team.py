"""Whose hands a questionnaire and a checklist are in: those of the school itself."""

from mirrors.access import NotAllowed, Viewer


def require_team(viewer: Viewer, school_id: str) -> None:
    """Raise NotAllowed unless the viewer is a team of the school; an adviser only reads."""
    viewer.require_school(school_id)
    if viewer.sees_city():
        raise NotAllowed("this is in the hands of the school itself")
