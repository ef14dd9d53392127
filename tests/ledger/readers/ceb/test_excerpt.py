"""Of a message with several documents, each event gets its own document and no other buyer's data."""

from hashlib import sha256

from ledger.readers.ceb import read_message
from tests.ledger.readers.ceb.edit import joined, messages, part

LISTS = [messages(seed)["CEB621"] for seed in (1, 2, 3)]
SEVERAL = joined(*LISTS, node="Inventory")


def test_an_excerpt_reads_as_the_document_that_it_is_of():
    for document in read_message(SEVERAL).usable:
        reading = read_message(document.source.replace(b"</ceb:CEB621Message>", _signature()))
        assert reading.all_faults == ()
        (again,) = reading.usable
        assert (again.head, again.lines) == (document.head, document.lines)


def _signature() -> bytes:
    return f"{part(LISTS[0], 'Signature')}</ceb:CEB621Message>".encode()


def test_an_excerpt_has_nothing_of_the_others():
    documents = read_message(SEVERAL).usable
    for document in documents:
        for other in documents:
            for element in ("buyerName", "buyerTelephone", "buyerIdNumber", "consigneeAddress", "orderNo"):
                value = other.head[element]
                assert (value.encode() in document.source) == (value in document.head.values())


def test_an_excerpt_names_the_message_that_it_is_of():
    for place, document in enumerate(read_message(SEVERAL).usable, 1):
        digest = sha256(SEVERAL).hexdigest()
        assert f"document {place} of 3 in the message with SHA-256 {digest}".encode() in document.source


def test_signature_and_extension_stay_behind():
    extension = "<ceb:ExtendMessage><ceb:name/><ceb:version/><ceb:Message><x/></ceb:Message></ceb:ExtendMessage>"
    several = SEVERAL.replace(b"\t<ds:Signature", extension.encode() + b"\t<ds:Signature")
    (first, *_) = read_message(several).usable
    assert b"Signature" not in first.source
    assert b"ExtendMessage" not in first.source
    assert b"BaseTransfer" in first.source
