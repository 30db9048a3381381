"""A change of the auth backend takes one line of the configuration."""

import unittest

from harness import Server, new_token, rpc, settings

LIST = rpc("tools/list")


class AuthBackendSwitch(unittest.TestCase):
    def test_takes_one_line_in_each_direction(self):
        config = settings("echo")
        opened = config.replace('backend = "env-token"', 'backend = "open-access"')
        changed = [old for old, new in zip(config.splitlines(), opened.splitlines()) if old != new]
        self.assertEqual(['backend = "env-token"'], changed)
        for text, arguments, without_token in ((config, (), 401), (opened, ("--dev",), 200), (config, (), 401)):
            with Server(text, *arguments) as server:
                self.assertEqual(without_token, server.post(LIST, token=None).status)
                self.assertEqual(200, server.post(LIST).status)

    def test_requires_more_than_dev_mode(self):
        with Server(settings("echo"), "--dev") as server:
            self.assertEqual(401, server.post(LIST, token=None).status)
            self.assertEqual(401, server.post(LIST, token=new_token()).status)
