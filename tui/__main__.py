"""Entry point: `guardia` and `python -m tui`."""


def main() -> None:
    """Run the command line."""
    from tui.cli.main import run

    run()


if __name__ == "__main__":
    main()
