"""The design system's components as templates call them, and the fields of forms with what stands against them.

The macros are those of ``govuk-frontend-jinja``, which leave most of their parameters undefined; our own templates may
not, so the two have environments of their own.
"""

from collections.abc import Callable, Mapping
from functools import cache

import jinja2
from markupsafe import Markup

_LIBRARY = "govuk_frontend_jinja"
#: What templates call a component -> its folder and macro in the library.
_COMPONENTS: Mapping[str, tuple[str, str]] = {
    "back_link": ("back-link", "govukBackLink"),
    "breadcrumbs": ("breadcrumbs", "govukBreadcrumbs"),
    "button": ("button", "govukButton"),
    "checkboxes": ("checkboxes", "govukCheckboxes"),
    "date_input": ("date-input", "govukDateInput"),
    "details": ("details", "govukDetails"),
    "error_summary": ("error-summary", "govukErrorSummary"),
    "fieldset": ("fieldset", "govukFieldset"),
    "file_upload": ("file-upload", "govukFileUpload"),
    "generic_header": ("generic-header", "govukGenericHeader"),
    "input": ("input", "govukInput"),
    "inset_text": ("inset-text", "govukInsetText"),
    "notification_banner": ("notification-banner", "govukNotificationBanner"),
    "pagination": ("pagination", "govukPagination"),
    "panel": ("panel", "govukPanel"),
    "radios": ("radios", "govukRadios"),
    "select": ("select", "govukSelect"),
    "service_navigation": ("service-navigation", "govukServiceNavigation"),
    "skip_link": ("skip-link", "govukSkipLink"),
    "summary_list": ("summary-list", "govukSummaryList"),
    "tag": ("tag", "govukTag"),
    "task_list": ("task-list", "govukTaskList"),
    "textarea": ("textarea", "govukTextarea"),
    "warning_text": ("warning-text", "govukWarningText"),
}
Component = Callable[[Mapping[str, object]], Markup]


@cache
def components() -> Mapping[str, Component]:
    """Every component, by the name that templates call it."""
    environment = jinja2.Environment(
        loader=jinja2.PrefixLoader({_LIBRARY: jinja2.PackageLoader(_LIBRARY)}),
        auto_reload=False,
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return {name: _macro(environment, folder, macro) for name, (folder, macro) in _COMPONENTS.items()}


def _macro(environment: jinja2.Environment, folder: str, macro: str) -> Component:
    module = environment.get_template(f"{_LIBRARY}/components/{folder}/macro.html").module
    found: Component = getattr(module, macro)
    return found
