"""QR codes on paper: sheets of labels that carry a link, and a whole proof in one code."""
