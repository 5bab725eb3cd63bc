"""Name what the departments' part of the back office refuses or fails at."""

from __future__ import annotations

from app.domain.errors import AppError, Blame


class DepartmentError(AppError):
    """An act at the departments' pages that cannot be done; nothing was recorded."""

    code = "DEP-00"
    blame = Blame.PERSON


class NotYourCase(DepartmentError):
    """The case is another reviewer's, or no longer with a department."""

    code = "DEP-01"


class ActedMeanwhile(DepartmentError):
    """Something was recorded about the case since its page was drawn."""

    code = "DEP-02"


class PagesLacking(DepartmentError):
    """Scans that the case names have not arrived: it cannot be decided on what nobody has seen."""

    code = "DEP-03"


class NothingAsked(DepartmentError):
    """A supplement that names no material, or one of them without saying what is wrong."""

    code = "DEP-04"


class NotEligible(DepartmentError):
    """No reviewer of that department who is here, or the one who has the case already."""

    code = "DEP-05"


class SignInTooOften(DepartmentError):
    """Too many wrong passwords for this staff number or from this address."""

    code = "DEP-06"
    retryable = True


class PageStale(DepartmentError):
    """The form was not drawn for this sign-in, or not by this back office."""

    code = "DEP-07"


class BasisNeeded(DepartmentError):
    """A refusal needs the rule that it rests on."""

    code = "DEP-08"


class ListMissing(DepartmentError):
    """The list that the case froze is not at hand: nothing may be asked for by it."""

    code = "DEP-09"


class BadDepartments(DepartmentError):
    """``departments.json`` cannot be used; ``place`` says where."""

    code = "DEP-10"
    blame = Blame.DATA


class UnknownProcedure(DepartmentError):
    """The settings name no such special procedure."""

    code = "DEP-11"
