"""Templates that a provider fills in."""

from mirrors.intake.template import template_csv, template_workbook

__all__ = ["template_csv", "template_workbook"]
