"""A shift of eight hours in virtual time: outages, sleep, refreshes, another password; no fax is missed or repeated."""

import asyncio
from collections import Counter
from random import Random

import pytest
from virtual_time import VirtualLoop, run_virtually
from watched_console import Console, console
from watched_office import DOWN, HOUR, MINUTE, Office

from faxtui.config.settings import Watch
from faxtui.domain.query import FROM, Filters
from faxtui.errors import Busy, ServiceFailed, SignInRefused

ERRORS = (DOWN, Busy("Wait.", 45), ServiceFailed("The service is down."), SignInRefused("The password is not valid."))


async def arrive(office: Office, random: Random, end: float) -> None:
    """Let faxes arrive, some of them listed late, until the end."""
    number = 0
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(random.expovariate(1 / 120))
        office.arrive(f"{number}", late=random.choice([0.0, 0.0, 0.0, 10 * MINUTE, 40 * MINUTE]))
        number += 1


async def trouble(office: Office, random: Random, end: float) -> None:
    """Let the service fail now and then, send less than it counts, and the machine sleep."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    while loop.time() < end:
        await asyncio.sleep(random.uniform(10, 40) * MINUTE)
        match random.randrange(4):
            case 0 | 1:
                office.error = random.choice(ERRORS)
                await asyncio.sleep(random.uniform(0.2, 25) * MINUTE)
                office.error = None
            case 2:
                office.missing = 1
                await asyncio.sleep(random.uniform(1, 10) * MINUTE)
                office.missing = 0
            case _:
                loop.jump(random.uniform(5, 50) * MINUTE)


async def operate(here: Console, random: Random, end: float) -> None:
    """Refresh now and then, and look at other senders in between; after a rejection, sign in."""
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(random.uniform(0.1, 20) * MINUTE)
        if random.random() < 0.2:
            here.inbox.open(here.query.filtered(Filters({FROM.name: "0478"})))
            await asyncio.sleep(random.uniform(0, 3) * MINUTE)
            here.inbox.open(here.query)
        else:
            here.inbox.refresh()


@pytest.mark.parametrize("seed", [0, 1, 2, 15])
def test_every_fax_of_a_shift_is_handled_once_on_each_console(seed: int) -> None:
    async def shift() -> None:
        random, office = Random(seed), Office()
        settings = Watch(command=("archive",))
        async with console(settings, office=office) as one, console(settings, office=office) as two:
            end = 8 * HOUR
            await asyncio.gather(
                arrive(office, random, end),
                trouble(office, random, end),
                operate(one, random, end),
                operate(two, random, end),
            )
            office.error, office.missing = None, 0
            for here in (one, two):
                here.inbox.refresh()
            await asyncio.sleep(2 * HOUR)
            expected = {fax.file_name or "" for fax in office.faxes}
            assert len(expected) > 150
            for here in (one, two):
                handled = Counter(here.commands)
                assert {name for name, times in handled.items() if times > 1} == set()
                assert handled.keys() ^ expected == set()
                assert here.state.failing_since is None
        assert len(office.asked_at) < 2 * (10 * 120 + 200)

    run_virtually(shift())
