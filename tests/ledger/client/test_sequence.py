import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.client.sequence import next_number, sequence_path, take_numbers
from verifier.errors import MalformedError

KID = bytes(range(32))
_TAKE = """
import sys
from pathlib import Path
from ledger.client.sequence import take_numbers
for _ in range(20):
    print(take_numbers(Path(sys.argv[1]), bytes(range(32)), 3))
"""


def test_ranges_follow_each_other(tmp_path):
    key = tmp_path / "dock.pem"
    assert next_number(key, KID) == 0
    assert [take_numbers(key, KID, count) for count in (1, 5, 2)] == [0, 1, 6]
    assert next_number(key, KID) == 8


def test_processes_and_threads_never_get_one_number_twice(tmp_path):
    key = tmp_path / "dock.pem"
    others = [
        subprocess.Popen([sys.executable, "-c", _TAKE, str(key)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as pool:
        own = list(pool.map(lambda _: take_numbers(key, KID, 3), range(40)))
    taken = own + [int(line) for each in others for line in each.communicate()[0].split()]
    assert sorted(taken) == list(range(0, 240, 3))


def test_the_file_belongs_to_one_key(tmp_path):
    key = tmp_path / "dock.pem"
    take_numbers(key, KID, 1)
    with pytest.raises(MalformedError):
        take_numbers(key, bytes(32), 1)


def test_one_may_go_on_further_up_but_never_further_down(tmp_path):
    key = tmp_path / "dock.pem"
    assert take_numbers(key, KID, 2, first=100) == 100
    with pytest.raises(MalformedError):
        take_numbers(key, KID, 2, first=101)
    assert next_number(key, KID) == 102


@pytest.mark.parametrize("content", ["", "x\n", "suyuan sequence v1\n", f"suyuan sequence v1\n{KID.hex()} 01\n"])
def test_a_file_of_another_shape_gives_no_number(tmp_path, content):
    key = tmp_path / "dock.pem"
    sequence_path(key).write_text(content)
    with pytest.raises(MalformedError):
        take_numbers(key, KID, 1)
    assert sequence_path(key).read_text() == content
