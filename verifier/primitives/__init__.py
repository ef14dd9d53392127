"""Bytes, trees and signatures: what others have specified, strictly. No noun of ours is known here."""
