"""Pages, styles, the verifier in JavaScript; `release` makes what is served out of them."""
