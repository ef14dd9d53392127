"""JSON: docs/formats.md, section 1."""

from tests.vectors.recipe import Book

book = Book("json")

for name, text, value in (
    ("integer-greatest", "9007199254740991", 2**53 - 1),
    ("integer-least", "-9007199254740991", 1 - 2**53),
    ("integer-0", "0", 0),
    ("true-false-null", "[true,false,null]", [True, False, None]),
    ("text-escaped-pair", r'"\ud83d\ude00"', "\U0001f600"),
    ("text-escapes", r'"\"\\\/\b\f\n\r\t\u4e2d"', '"\\/\b\f\n\r\t\u4e2d'),
    ("text-of-brackets-is-no-depth", '"' + "[" * 40 + '"', "[" * 40),
    ("members-in-any-order", '{"b":1,"a":2}', {"b": 1, "a": 2}),
    ("names-that-differ-in-case", '{"a":1,"A":2}', {"a": 1, "A": 2}),
    ("white-space-anywhere", ' \t\r\n{ "a" : [ 1 , 2 ] } \n', {"a": [1, 2]}),
    ("nested-16", "[" * 16 + "]" * 16, [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]),
):
    book.valid(name, "strict JSON", {"value": value}, text=text)

for name, text, desc in (
    ("integer-2-to-the-53", "9007199254740992", "beyond what every reader holds exactly"),
    ("integer-minus-2-to-the-53", "-9007199254740992", "beyond what every reader holds exactly"),
    ("integer-of-many-digits", "1" * 400, "a number nobody reckons with"),
    ("integer-with-fraction", "1.0", "no fraction, even of zero"),
    ("integer-with-exponent", "1e2", "no exponent"),
    ("integer-with-negative-exponent", "100E-2", "no exponent"),
    ("integer-minus-0", "-0", "0 has one spelling"),
    ("integer-with-leading-zero", "01", "no JSON"),
    ("integer-with-plus", "+1", "no JSON"),
    ("integer-in-hexadecimal", "0x10", "no JSON"),
    ("integer-in-arabic-digits", "\u0661", "no JSON"),
    ("nan", "NaN", "no JSON, though many libraries read it"),
    ("infinity", "[-Infinity]", "no JSON, though many libraries read it"),
    ("name-twice", '{"a":1,"a":1}', "each name once, even with one value"),
    ("name-twice-once-escaped", r'{"a":1,"\u0061":2}', "two spellings of one name"),
    ("name-twice-inside", '[{"x":{"":1,"":2}}]', "each name once, however deep"),
    ("surrogate-alone", r'"\ud800"', "half a character"),
    ("surrogates-in-the-wrong-order", r'"\udc00\ud800"', "two halves of two characters"),
    ("surrogate-in-a-name", r'{"\udfff":0}', "half a character"),
    ("nested-17-arrays", "[" * 17 + "]" * 17, "seventeen levels"),
    ("nested-17-objects", '{"a":' * 17 + "0" + "}" * 17, "seventeen levels"),
    ("comma-too-many", "[1,]", "no JSON"),
    ("comment", "[1/* one */]", "no JSON"),
    ("name-without-quotes", "{a:1}", "no JSON"),
    ("text-in-single-quotes", "'a'", "no JSON"),
    ("text-with-raw-tab", '"\t"', "control characters are escaped"),
    ("text-unknown-escape", r'"\x41"', "no JSON"),
    ("text-without-end", '["a', "no JSON"),
    ("two-values", "1 2", "one value only"),
    ("word-in-capitals", "True", "no JSON"),
    ("white-space-not-of-json", "\u00a01", "a no-break space is no white space"),
    ("empty", "", "no value at all"),
):
    book.refused(name, desc, text=text)
book.refused("byte-order-mark", "UTF-8 without byte-order mark", hex=b"\xef\xbb\xbf{}")
book.refused("utf-16", "UTF-8 only", hex="{}".encode("utf-16"))
book.refused("not-utf-8", "a byte that UTF-8 does not have", hex=b'"\xff"')
book.refused("utf-8-surrogate", "U+D800 in UTF-8", hex=b'"\xed\xa0\x80"')
book.refused("utf-8-overlong", "a slash in two bytes", hex=b'"\xc0\xaf"')
