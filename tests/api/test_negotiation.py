from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from api.digital_link import path_of, subject_of_path, subject_of_text
from api.errors import NotAcceptableError
from api.negotiation import choose_form, choose_language, prefers_page
from api.views.words import beijing_time, file_name, iso_time
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of

FORMS = ("application/x", "application/json", "text/html; charset=utf-8")
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


@given(st.text())
def test_no_accept_header_breaks_the_choice(header):
    with suppress(NotAcceptableError):
        assert choose_form(header, FORMS) in FORMS
    assert choose_language(header, "zh") in ("zh", "en")
    assert prefers_page(header) in (True, False)


def test_the_first_form_is_for_those_who_do_not_mind():
    assert choose_form(None, FORMS) == choose_form("*/*", FORMS) == choose_form("", FORMS) == "application/x"


def test_the_more_exact_choice_counts():
    assert choose_form("application/*;q=0.1, application/json;q=0.9, text/html;q=0.5", FORMS) == "application/json"
    assert choose_form("*/*;q=0.1, application/x;q=0", FORMS) == "application/json"


def test_languages_by_quality():
    assert choose_language("fr, en;q=0.3, zh;q=0.4", "en") == "zh"
    assert choose_language("zh;q=0", "en") == "en"
    assert choose_language(None, "zh") == "zh"


@given(st.text(alphabet=SET_82, min_size=1, max_size=20))
def test_every_lot_of_set_82_has_one_canonical_address(lot):
    escaped = "".join(f"%{ord(each):02x}" for each in lot)
    subject = subject_of_path(f"/01/06901234567892/10/{escaped}")
    assert form_of(subject) == "lot"
    assert subject_of_path(path_of(subject)) == subject
    assert subject_of_text(subject) == subject
    assert subject_of_text(subject.replace("https://id.gs1.org", "http://shop.example")) == subject


@given(st.text())
def test_whatever_is_typed_is_a_subject_or_refused(text):
    with suppress(MalformedError):
        form_of(subject_of_text(text))


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_whatever_the_path_is_it_is_a_subject_or_refused(path):
    with suppress(MalformedError):
        form_of(subject_of_path(path))


@given(st.text())
def test_file_names_are_harmless(subject):
    name = file_name(subject, "trace")
    assert name.endswith(".trace")
    assert not name.startswith((".", "-"))
    assert name.isascii()
    assert not set(name) & set("/\\\"'\r\n;:<>|*?\0 ")


@given(st.integers(0, 2**53 - 1))
def test_every_claimed_time_can_be_written(milliseconds):
    assert beijing_time(milliseconds)
    assert iso_time(milliseconds) == "" or iso_time(milliseconds).endswith("Z")
