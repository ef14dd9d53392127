"""One script out of many modules does what they did."""

import json
import subprocess
from pathlib import Path

import pytest

from api.errors import FaultError
from api.web.release.bundling import bundle
from api.web.release.generated import types_module
from api.web.release.modules import parse_module
from api.web.release.shortening import shorten
from api.web.release.sources import text_file
from tests.vectors.proof_readers import edited_file, standpoint
from tests.vectors.recipe import ROOT
from tests.web.comparing import python_says
from tests.web.node import NODE

HERE = Path(__file__).parent
GIVEN = {"file", "edit", "policy", "at"}


def reader(**modules):
    def read(path):
        name = path.removesuffix(".js")
        if name not in modules:
            raise FileNotFoundError(path)
        return modules[name]

    return read


def run(tmp_path, script, after=""):
    """Return what a script says in Node, as its main module."""
    (tmp_path / "main.mjs").write_text(f"globalThis.document = 'the page';\n{script}\n{after}")
    done = subprocess.run([NODE, tmp_path / "main.mjs"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


MODULES = {
    "main": 'import { twice, word as said } from "./tools.js";\nimport { Box } from "./box.js";\n\n'
    "/** Said. */\nexport async function start(page) {\n  console.log(page, twice(said), new Box(3).size);\n}\n",
    "tools": 'export const word = "a // b /* c */";\n\n// A comment.\nexport function twice(text) {\n'
    "  return `${text}${text}`;\n}\nconst own = 1;\n",
    "box": 'import { word } from "./tools.js";\n\nconst own = word.length;\n\nexport class Box {\n'
    "  constructor(size) {\n    this.size = size * own;\n  }\n}\n",
}


def test_modules_become_one_script_that_starts_with_the_page(tmp_path):
    made = bundle("main.js", reader(**MODULES))
    assert made.lazy == {}
    assert run(tmp_path, made.main) == "the page a // b /* c */a // b /* c */ 42"


LAZY = MODULES | {
    "main": 'import { twice } from "./tools.js";\n\nexport async function start() {\n'
    '  const { late } = await import("./late.js");\n  console.log(late(twice));\n'
    '  try {\n    await import("./absent.js");\n  } catch {\n    console.log("absent");\n  }\n}\n',
    "late": 'import { twice, word } from "./tools.js";\nimport { Box } from "./box.js";\n\n'
    "export const late = (same) => `${same === twice} ${word.length} ${new Box(1).size}`;\n",
}


def test_what_is_loaded_later_shares_the_modules_that_are_there(tmp_path):
    made = bundle("main.js", reader(**LAZY))
    assert list(made.lazy) == ["late.js"]
    assert "twice" not in made.lazy["late.js"], "the main script has it"
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "late.js").write_text(made.lazy["late.js"])
    assert run(tmp_path, made.main) == "true 14 14\nabsent"


def test_a_page_that_can_load_nothing_has_everything_in_one_script(tmp_path):
    made = bundle("main.js", reader(**LAZY), inline=True)
    assert made.lazy == {}
    assert "import(" not in made.main
    assert run(tmp_path, made.main) == "true 14 14\nabsent"


@pytest.mark.parametrize(
    "source",
    ['export * from "./tools.js";\n', 'import whole from "./tools.js";\n', 'import * as all from "./tools.js";\n',
     "export default 1;\n", "export let changing = 1;\n", "const a = 1;\nexport { a };\n", 'import "./tools.js";\n'],
)  # fmt: skip
def test_forms_that_are_not_bundled_are_refused(source):
    with pytest.raises(FaultError, match="forms of the house"):
        parse_module("main.js", source)


def test_circles_and_names_that_are_not_there_are_refused():
    circle = {"main": 'import { a } from "./other.js";\n', "other": 'import { b } from "./main.js";\n'}
    with pytest.raises(FaultError, match="circle"):
        bundle("main.js", reader(**circle))
    with pytest.raises(FaultError, match="exports"):
        bundle("main.js", reader(main='import { a } from "./other.js";\n', other="export const b = 1;\n"))


def test_a_source_that_is_no_script_is_refused():
    with pytest.raises(FaultError, match="release"):
        shorten("const = ;")


def test_the_shipped_verifier_says_what_the_python_says_of_every_trace(tmp_path):
    """What shortens scripts can be wrong; this is where it would be seen."""
    made = {"page/shipped.js": (HERE / "shipped_entry.js").read_text(), "page/types.js": types_module()}
    script = bundle("page/shipped.js", lambda path: made.get(path) or text_file(path)).main
    (tmp_path / "shipped.js").write_text(f"var document;{script}")
    found = [json.loads(path.read_text()) for path in sorted((ROOT / "trace-proof").glob("*/*.json"))]
    vectors = [{name: value for name, value in vector.items() if name in GIVEN} for vector in found]
    lines = "".join(json.dumps(each) + "\n" for each in vectors)
    command = [str(NODE), "--no-warnings", str(HERE / "shipped.mjs"), str(tmp_path / "shipped.js")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(vectors) > 20
    for vector, answer in zip(vectors, answers, strict=True):
        said = python_says(edited_file(vector), standpoint(vector))
        told = {part: [key for key, _ in said[part]] for part in ("notices", "unchecked")}
        assert answer == {name: said[name] for name in ("outcome", "exit", "steps", "error")} | told
