"""`python -m troupe tcp://HOST:PORT`: one actor process."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys

from .actor import Actor
from .environments import make_environment
from .errors import TroupeError


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m troupe",
        description="Play episodes for a learner that was started with --allow-approximate-actors.",
    )
    parser.add_argument("address", help="the learner's --bind, such as tcp://127.0.0.1:5555")
    parser.add_argument("--environment", metavar="MODULE:FUNCTION", help=(
        "what makes an environment, given the run's name of it; otherwise cartpole and "
        "gymnasium:NAME are known"
    ))
    parser.add_argument("--keys", metavar="DIR", help="CURVE keys, as troupe keygen makes them")
    parser.add_argument("--insecure", action="store_true", help="connect anywhere without keys")
    parser.add_argument("--lanes", type=int, help="environments stepped side by side")
    parser.add_argument(
        "--patience", type=float, default=600, help="seconds to wait for a learner (600)"
    )
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    make = make_environment
    if arguments.environment:
        module, _, function = arguments.environment.partition(":")
        sys.path.insert(0, os.getcwd())
        make = getattr(importlib.import_module(module), function)
    try:
        Actor(
            arguments.address,
            make,
            keys=arguments.keys,
            insecure=arguments.insecure,
            lanes=arguments.lanes,
            patience=arguments.patience,
        ).run()
    except TroupeError as error:
        print(f"troupe: {error}", file=sys.stderr)
        return error.exit_code
    except ValueError as error:
        print(f"troupe: {error}", file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main())
