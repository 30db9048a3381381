"""Rotation of signing keys and reloads under load, as a short form of scripts/bench."""

import pathlib
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

import rotation  # noqa: E402


class SigningKeyRotation(unittest.TestCase):
    def test_under_load_refuses_no_client_and_old_tokens_end_in_time(self):
        seen, load = rotation.under_load(rotations=12, reloads=6)
        self.assertEqual([], seen.false_401)
        self.assertEqual([], seen.errors)
        self.assertEqual([], seen.lost)
        self.assertEqual([], seen.late_200)
        # Or nothing of this would have been tried.
        self.assertGreater(seen.with_rotated_token, 0)
        self.assertGreater(seen.refused, 0)
        self.assertGreater(load.responses, 100)


if __name__ == "__main__":
    unittest.main()
