"""Transfers a second of django-hordak, run by an interpreter that has it: ``python hordak_rule.py URL TRANSFERS``.

    python -m venv /tmp/hordak && /tmp/hordak/bin/pip install django-hordak "psycopg[binary]"
    python -m tests.bench ledger --hordak /tmp/hordak/bin/python

It is no dependency of ours.
"""

# mypy: ignore-errors
# Django is not installed where types are checked.

import json
import random
import sys
from importlib.metadata import version
from time import perf_counter
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command

ACCOUNTS = 100


def main(url, transfers):
    """Print the version and the transfers a second as JSON."""
    place = urlsplit(url)
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": place.path.lstrip("/"),
                "USER": place.username,
                "PASSWORD": place.password,
                "HOST": place.hostname,
                "PORT": place.port,
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="of a benchmark",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from hordak.models import Account, AccountType
    from moneyed import Money

    accounts = [
        Account.objects.create(name=f"a{number}", type=AccountType.asset, code=str(number), currencies=["GBP"])
        for number in range(ACCOUNTS)
    ]
    chance = random.Random(1)
    started = perf_counter()
    for _ in range(transfers):
        source, target = chance.sample(accounts, 2)
        source.transfer_to(target, Money("0.05", "GBP"))
    print(json.dumps({"version": version("django-hordak"), "a_second": transfers / (perf_counter() - started)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
