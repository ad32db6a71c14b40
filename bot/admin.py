"""`concerte admin`: roles and first steps from the command line, where whoever may run it is trusted."""

from typing import Annotated

import typer

from bot.doing import do

admin = typer.Typer(name="admin", help="Give and take roles; the first administrator is made here.")

Who = Annotated[str, typer.Argument(help="an e-mail of the directory, or a name")]
RoleWord = Annotated[str, typer.Argument(help="participant, direction, elu, equipe-regionale, staff or admin")]
Region = Annotated[str, typer.Option("--region", help="the code of the region, for equipe-regionale")]


@admin.command("give")
def give(
    who: Who,
    role: RoleWord,
    region: Region = "",
    name: Annotated[str, typer.Option("--name", help="« Given Family », to add somebody new under that e-mail")] = "",
) -> None:
    """Give a role to somebody, new in the directory or known."""
    from bot.granting import give_role_to

    do(lambda settings: give_role_to(settings, who, role, region, name))


@admin.command("take")
def take(who: Who, role: RoleWord, region: Region = "") -> None:
    """Take a role back; the last administrator stays."""
    from bot.granting import take_role_from

    do(lambda settings: take_role_from(settings, who, role, region))


@admin.command("list")
def show() -> None:
    """Everybody who belongs to a team."""
    from bot.granting import list_team

    do(list_team)


@admin.command("code")
def code(who: Who) -> None:
    """A code, good for ten minutes, with which somebody links a chat account: « relier <code> »."""
    from bot.granting import show_code

    do(lambda settings: show_code(settings, who))
