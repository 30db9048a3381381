"""Only libraries that no other user can write are loaded, and only with the pinned digest."""

import hashlib
import pathlib
import shutil
import tempfile
import unittest

from harness import BUILD, Folder, Server, new_token, plugin, settings, toolrack

ECHO = BUILD / "lib" / "toolrack" / "plugins" / "echo.so"


class TrustedLibraries(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="toolrack-e2e-trust-")
        self.addCleanup(folder.cleanup)
        self.library = pathlib.Path(folder.name) / "mine.so"
        shutil.copy(ECHO, self.library)
        self.library.chmod(0o755)
        self.digest = hashlib.sha256(ECHO.read_bytes()).hexdigest()

    def rejection_of(self, *plugins):
        with Server(settings("time", *plugins)) as server:
            self.assertNotIn("echo", server.tool_names())
            return server.wait_for_line("plugin mine is not served")[0]

    def test_a_pinned_library_is_served(self):
        for digest in (self.digest, self.digest.upper()):
            with Server(settings(plugin(self.library, sha256=digest))) as server:
                self.assertEqual(["echo"], server.tool_names())

    def test_a_library_that_differs_from_its_pin_is_not_served(self):
        said = self.rejection_of(plugin(self.library, sha256="0" * 64))
        self.assertIn("it is not the pinned library", said)
        self.assertIn(self.digest, said)

    def test_a_library_that_other_users_may_write_is_not_served(self):
        self.library.chmod(0o777)
        self.assertIn("other users may write to it (mode 0777)", self.rejection_of(plugin(self.library)))

    def test_a_library_in_a_folder_that_other_users_may_write_is_not_served(self):
        self.library.parent.chmod(0o777)
        self.assertIn(f"other users may write to the folder {self.library.parent}",
                      self.rejection_of(plugin(self.library)))

    def test_an_auth_backend_that_differs_from_its_pin_prevents_the_start(self):
        with Folder(settings("echo", auth={"sha256": "0" * 64})) as folder:
            done = toolrack("serve", "--config", folder.config, token=new_token())
        self.assertEqual(78, done.returncode, done)
        self.assertIn("it is not the pinned library", done.stderr)
