"""The product's own errors and codes, in addition to those in `shared/runtime/errors.py`.

ProblemError
├── PlanRequired       403  a download that none of the player's plans includes
├── NotPublished       404  no such version of a tool, or it is not public
├── BuildNotSupported  409  a version of a tool that does not support the build
└── Withdrawn          410  a version of a tool that is no longer published
"""

from typing import ClassVar

from shared.runtime.errors import Code, ProblemError, Retry


class ProductCode(Code):
    """The codes of this product."""

    TOO_OLD = (
        "too_old",
        "Item too old",
        "After clock correction, the item's time is further back than the function accepts.",
        "Drop the item.",
        Retry.NEVER,
    )
    IN_FUTURE = (
        "in_future",
        "Item in the future",
        "After clock correction, the item's time is further ahead than the function accepts.",
        "Drop the item, and set `sent_at` from the same clock as the items.",
        Retry.NEVER,
    )
    PLAN_REQUIRED = (
        "plan_required",
        "Plan required",
        "The tool requires the plan that `plan` names, and the player does not have it.",
        "Offer the plan, and retry once the player has it.",
        Retry.NEVER,
    )
    NOT_PUBLISHED = (
        "not_published",
        "Version not published",
        "The tool does not exist, or this version of it is not published.",
        "Read the tool's versions again and choose one of them.",
        Retry.NEVER,
    )
    BUILD_NOT_SUPPORTED = (
        "build_not_supported",
        "Build not supported",
        "The version supports the builds from `first_build` to `last_build`, not `build_id`.",
        "Read the tool's versions with `build` and choose one of them.",
        Retry.NEVER,
    )
    WITHDRAWN = (
        "withdrawn",
        "Version withdrawn",
        "The version was published and later withdrawn.",
        "Read the tool's versions again and choose another; warn players who have it installed.",
        Retry.NEVER,
    )


class PlanRequired(ProblemError):
    """The player lacks the plan that the tool requires; raised with `plan`."""

    status = 403
    code = ProductCode.PLAN_REQUIRED
    documented: ClassVar = {"plan": "With `plan_required`: the plan that is needed."}


class NotPublished(ProblemError):
    """The version of a tool does not exist or is not public."""

    status = 404
    code = ProductCode.NOT_PUBLISHED


class BuildNotSupported(ProblemError):
    """The version does not support the build; raised with `first_build` and `last_build`."""

    status = 409
    code = ProductCode.BUILD_NOT_SUPPORTED
    documented: ClassVar = {
        "first_build": "With `build_not_supported`: the first build that fits, if there is one.",
        "last_build": "With `build_not_supported`: the last build that fits, if there is one.",
    }


class Withdrawn(ProblemError):
    """The version was published and later withdrawn."""

    status = 410
    code = ProductCode.WITHDRAWN
