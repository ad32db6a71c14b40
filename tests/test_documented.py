"""Every command, setting, table word and make target that exists is documented, and nothing else is."""

import re
from pathlib import Path

import typer.core
import typer.main

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_in_the_settings_document_and_nothing_else_is() -> None:
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert written == {name.upper() for name in Settings.model_fields}


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    group = typer.main.get_group(app)
    missing = [name for name in group.commands if f"`concerte {name}" not in readme]
    assert missing == []
    for name, within in group.commands.items():
        if isinstance(within, typer.core.TyperGroup):
            line = next(line for line in readme.splitlines() if f"`concerte {name}" in line)
            assert [word for word in within.commands if word not in line] == []


def test_every_option_of_a_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    group = typer.main.get_group(app)
    within = [one for one in group.commands.values() if isinstance(one, typer.core.TyperGroup)]
    options = {
        option
        for command in (*group.commands.values(), *(deep for one in within for deep in one.commands.values()))
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    assert sorted(option for option in options if option not in readme) == []


def test_every_make_target_has_a_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    helped = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert set(phony.split()) - helped == set()


def test_every_decision_has_a_number_of_its_own_and_is_headed_by_it() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert len({path.name[:4] for path in decisions}) == len(decisions)
    for path in decisions:
        assert path.read_text().startswith(f"# {int(path.name[:4])}. "), path.name
