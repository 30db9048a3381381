"""Libraries of other times: those of ABI 1.0 run for as long as there is a 1, and one from the future runs as far
as it is understood. See tests/abi/fossils."""

import unittest

from harness import BUILD, Server, modern, plugin, rpc, settings, toolrack, wait_until


def fossil(name):
    return BUILD / "fossils" / f"{name}.so"


OLD_TOKEN = "a-token-of-the-time-of-the-fossils"
FUTURE_TOKEN = "a-token-from-a-time-that-is-to-be"


class OldPlugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings(plugin(fossil("fossil"), name="fossil")))
        cls.addClassCleanup(cls.server.stop)

    def text(self, tool, arguments=None):
        return self.server.call_tool(tool, arguments or {}).text

    def test_it_offers_every_kind_of_feature(self):
        self.assertEqual(["dig", "wait", "was_cancelled", "ask", "touch"], self.server.tool_names())
        self.assertEqual("describe", self.server.plain("prompts/list").result["prompts"][0]["name"])
        self.assertEqual("fossil://stone", self.server.plain("resources/list").result["resources"][0]["uri"])
        templates = self.server.plain("resources/templates/list").result["resourceTemplates"]
        self.assertEqual("fossil://layer/{n}", templates[0]["uriTemplate"])

    def test_tools_prompts_and_resources_of_it_answer(self):
        self.assertEqual("an ammonite", self.text("dig", {"where": "here"}))
        self.assertEqual("Describe it.", self.server.plain("prompts/get", {"name": "describe"})
                         .result["messages"][0]["content"]["text"])
        read = self.server.plain("resources/read", {"uri": "fossil://layer/3"}).result["contents"][0]
        self.assertEqual(("fossil://layer/3", "limestone"), (read["uri"], read["text"]))

    def test_its_arguments_are_validated(self):
        self.assertTrue(self.server.call_tool("dig", {}).result["isError"])

    def test_it_reports_progress(self):
        body, headers = modern("tools/call", {"name": "dig", "arguments": {"where": "here"}}, meta={"progressToken": 5})
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            progress, answer = stream.next(), stream.next()
        self.assertEqual(("notifications/progress", 5), (progress["method"], progress["params"]["progressToken"]))
        self.assertIn("result", answer)

    def test_it_is_cancelled_when_its_client_disconnects(self):
        body, headers = modern("tools/call", {"name": "wait", "arguments": {}})
        with self.server.connect() as connection:
            connection.send(self.server.request(body=body, fields=headers | {"Accept": "text/event-stream"}))
            self.assertTrue(wait_until(lambda: self.text("was_cancelled") == "no"))  # it has begun
        self.assertTrue(wait_until(lambda: self.text("was_cancelled") == "yes"))

    def test_it_requests_input_and_gets_its_state_back(self):
        client = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}}
        asked = self.server.modern("tools/call", {"name": "ask", "arguments": {}}, meta=client).result
        self.assertEqual("input_required", asked["resultType"])
        answered = self.server.modern("tools/call", {
            "name": "ask", "arguments": {}, "requestState": asked["requestState"],
            "inputResponses": {"name": {"action": "accept", "content": {"name": "Ann"}}}}, meta=client)
        self.assertEqual("asked", answered.result["content"][0]["text"])

    def test_its_resource_update_reaches_the_subscribers(self):
        body, headers = modern("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["fossil://stone"]}})
        with self.server.stream(body, headers | {"Accept": "text/event-stream"}) as stream:
            self.assertIn("acknowledged", stream.next()["method"])
            self.assertTrue(wait_until(lambda: self.text("touch") == "seen"))
            self.assertEqual("notifications/resources/updated", stream.next()["method"])

    def test_it_authenticates_callers(self):
        with Server(settings(plugin(fossil("fossil"), name="fossil"), backend=str(fossil("fossil-lock")))) as server:
            self.assertEqual(401, server.post(rpc("tools/list")).status)
            self.assertEqual(200, server.post(rpc("tools/list"), token=OLD_TOKEN).status)


class PluginWithALaterMinorVersion(unittest.TestCase):
    def test_it_runs_with_the_features_that_the_host_supports(self):
        with Server(settings(plugin(fossil("from-the-future"), name="future"))) as server:
            self.assertEqual(["foresee"], server.tool_names())
            self.assertEqual("the present", server.call_tool("foresee", {}).text)
            self.assertRegex(server.log, r"plugin future: .*\bdream\b")

    def test_inspect_shows_its_version(self):
        shown = toolrack("inspect", fossil("from-the-future"))
        self.assertEqual(0, shown.returncode, shown.stderr)
        self.assertIn("org.example.from-the-future", shown.stdout)
        self.assertIn("3000.1.0", shown.stdout)

    def test_an_unknown_refusal_code_admits_nobody(self):
        with Server(settings("echo", backend=str(fossil("from-the-future")))) as server:
            self.assertEqual(200, server.post(rpc("tools/list"), token=FUTURE_TOKEN).status)
            self.assertEqual(503, server.post(rpc("tools/list")).status)


if __name__ == "__main__":
    unittest.main()
