"""Sessions, tasks and state belong to the principal, not to a token."""

import json
import unittest

from harness import CONFORMANCE_PLUGIN, META, Server, Session, hostile, modern, plugin, rpc, settings, table, wait_until
from test_rounds import accepted
from test_token_file import TokenList, id_of

KNOWS_TASKS = {META + "clientCapabilities": {"elicitation": {}, "extensions": {META + "tasks": {}}}}


class AfterTokenRotation(unittest.TestCase):
    """Ann's token was rotated and the old one revoked; Bob never had one of hers."""

    def setUp(self):
        self.tokens = TokenList()
        self.addCleanup(self.tokens.close)
        self.old, self.bob = self.tokens.new("ann"), self.tokens.new("bob")
        audit = table("[audit]", {"path": self.tokens.path / "audit.jsonl"})
        self.server = Server(settings(plugin(CONFORMANCE_PLUGIN), plugin(hostile("misbehaving")), backend="token-file",
                                      auth={"options": {"path": self.tokens.list}}, extra=audit))
        self.addCleanup(self.server.stop)

    def rotate(self):
        """Ann's new token, once it is the only one of hers that counts."""
        fresh = self.tokens.done("rotate", id_of(self.old), "--overlap", "1h", "--fd", 1).strip()
        self.tokens.done("revoke", id_of(self.old))
        self.assertTrue(wait_until(lambda: self.status(fresh) == 200 and self.status(self.old) == 401))
        return fresh

    def status(self, token):
        return self.server.post(rpc("tools/list"), token=token).status

    def modern(self, method, params, token):
        return self.server.post(*modern(method, params, meta=KNOWS_TASKS), token=token)

    def test_a_session_continues(self):
        session = Session(self.server, token=self.old)
        fresh = self.rotate()
        call = rpc("tools/call", {"name": "whoami", "arguments": {}}, 5)
        self.assertEqual(200, session.post(call, token=fresh).status)
        self.assertEqual(404, session.post(call, token=self.bob).status)
        self.assertEqual(404, session.send("DELETE", token=self.bob).status)
        self.assertEqual(204, session.send("DELETE", token=fresh).status)

    def test_a_task_continues(self):
        slow = {"name": "slow_compute", "arguments": {"seconds": 60, "label": "it"}}
        id = self.modern("tools/call", slow, self.old).result["taskId"]
        fresh = self.rotate()
        self.assertEqual("working", self.modern("tasks/get", {"taskId": id}, fresh).result["status"])
        for method in ("tasks/get", "tasks/cancel"):
            self.assertEqual(-32602, self.modern(method, {"taskId": id}, self.bob).code)
        self.assertEqual(200, self.modern("tasks/cancel", {"taskId": id}, fresh).status)
        self.assertTrue(wait_until(
            lambda: self.modern("tasks/get", {"taskId": id}, fresh).result["status"] == "cancelled"))

    def test_a_request_that_waits_for_input_continues(self):
        asking = {"name": "test_input_required_result_request_state", "arguments": {}}
        asked = self.modern("tools/call", asking, self.old).result
        answers = {key: accepted(confirm=True, ok=True, name="Ann") for key in asked.get("inputRequests", {})}
        again = asking | {"requestState": asked["requestState"], "inputResponses": answers}
        fresh = self.rotate()
        self.assertEqual(-32602, self.modern("tools/call", again, self.bob).code)
        self.assertEqual("complete", self.modern("tools/call", again, fresh).result["resultType"])

    def test_the_audit_names_the_same_principal_with_another_credential(self):
        call = {"name": "whoami", "arguments": {}}
        self.modern("tools/call", call, self.old)
        fresh = self.rotate()
        self.modern("tools/call", call, fresh)
        said = []

        def has_both():
            said[:] = [json.loads(line) for line in (self.tokens.path / "audit.jsonl").read_text().splitlines()]
            said[:] = [line for line in said if line["kind"] == "call"]
            return len(said) == 2

        self.assertTrue(wait_until(has_both))
        self.assertEqual([("ann", "token-file", id_of(self.old)), ("ann", "token-file", id_of(fresh))],
                         [(line["subject"], line["issuer"], line["credential"]) for line in said])
        kept = (self.tokens.path / "audit.jsonl").read_text()
        for token in (self.old, fresh):
            self.assertNotIn(token.split("_")[2][:8], kept)

    def test_a_plugin_gets_the_principal_and_never_the_token(self):
        answer = self.modern("tools/call", {"name": "whoami", "arguments": {}}, self.old)
        caller = answer.result["structuredContent"]
        self.assertEqual(("ann", "token-file", ["*"]), (caller["subject"], caller["issuer"], caller["scopes"]))
        self.assertEqual({"name": "e2e", "version": "1"} | {"capabilities": KNOWS_TASKS[META + "clientCapabilities"]},
                         caller["client"])
        self.assertNotIn(self.old.split("_")[2], json.dumps(caller))


if __name__ == "__main__":
    unittest.main()
