"""The `cdi` command: each command is parse, call, print. Data on stdout, talk on stderr.

Exit status: 0 done, 1 the input was wrong (one clear line), 2 the command was.
"""

import sys

import typer

from cdi_nlp.cli import audit, models
from cdi_nlp.cli.explain import explain
from cdi_nlp.cli.scan import scan
from cdi_nlp.cli.taxonomy import taxonomy
from cdi_nlp.errors import CdiError

app = typer.Typer(
    name="cdi",
    help="Find the offences that police free text discloses and that were never recorded.",
    epilog="Start with: cdi scan incidents.csv --crimes crimes.csv --out results",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("scan")(scan)
app.command("explain")(explain)
app.command("taxonomy")(taxonomy)
app.add_typer(audit.app, name="audit")
app.add_typer(models.app, name="models")


def main() -> None:
    """Run the command line; what the user can put right becomes one line and exit status 1."""
    try:
        app()
    except CdiError as error:
        sys.stderr.write(f"cdi: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("cdi: stopped; nothing was written\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
