"""python -m tools.translations: update (lupdate and lrelease), list what is missing, take a filled list.

python -m tools.translations                          .ts and .qm brought up to date; exit code 1 while texts lack
python -m tools.translations --missing de > de.json   {"text": ""} of those without a finished translation
python -m tools.translations --take de de.json        take the filled list; then as without arguments
"""

import argparse
import json
import sys
from pathlib import Path

from tools.translations import ts_files


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 where every text has its translation in every language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", choices=ts_files.LANGUAGES, help="print what is not translated, as JSON")
    parser.add_argument("--take", nargs=2, metavar=("LANGUAGE", "FILE"), help="a list as --missing prints it, filled")
    parser.add_argument("--folder", type=Path, default=ts_files.FOLDER, help="of the .ts files")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(exist_ok=True)
    ts_files.update(chosen.folder)
    if chosen.take and (problems := _take(chosen.take[0], chosen.take[1], chosen.folder)):
        sys.stderr.write("\n".join(problems) + "\n")
        return 2
    if chosen.missing:
        lacking = ts_files.missing(ts_files.ts_file(chosen.missing, chosen.folder))
        sys.stdout.write(json.dumps(lacking, ensure_ascii=False, indent=1) + "\n")
        return 1 if lacking else 0
    ts_files.release(chosen.folder)
    return _told(chosen.folder)


def _take(language: str, path: str, folder: Path) -> list[str]:
    if language not in ts_files.LANGUAGES:
        return [f"The languages are {', '.join(ts_files.LANGUAGES)}, not {language}."]
    filled = json.loads(Path(path).read_text(encoding="utf-8"))
    if problems := ts_files.wrong({source: text for source, text in filled.items() if text}):
        return problems
    count = ts_files.take(ts_files.ts_file(language, folder), filled)
    sys.stderr.write(f"{language}: {count} unfinished texts were translated\n")
    ts_files.update(folder)
    return []


def _told(folder: Path) -> int:
    lacking = 0
    for language in ts_files.LANGUAGES:
        file = ts_files.ts_file(language, folder)
        without, whole = ts_files.missing(file), len({source for _context, source, _text in ts_files.entries(file)})
        lacking += len(without)
        sys.stdout.write(f"{language}: {whole - len(without)} of {whole} texts are translated\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
