"""The fallback: signatures where WebCrypto lacks an algorithm, built by `make web`."""
