"""Input rounds in the protocol of 2026-07-28: input requests and the request state."""

import json
import tempfile
import unittest

from harness import CONFORMANCE_PLUGIN, META, Server, SharedServerTest, hostile, modern, overlay, plugin, settings

PLUGINS = plugin(CONFORMANCE_PLUGIN), plugin(hostile("notifying"))
INVALID_PARAMS, MISSING_CAPABILITY = -32602, -32021
EVERYTHING = {"sampling": {}, "elicitation": {"form": {}, "url": {}}, "roots": {}}
ROUND = "test_input_required_result_"


def accepted(**content):
    return {"action": "accept", "content": content}


def said(text):
    return {"role": "assistant", "content": {"type": "text", "text": text}, "model": "m", "stopReason": "endTurn"}


class RoundTests(SharedServerTest):
    config = settings(*PLUGINS)

    def call(self, name, responses=None, state=None, can=None, arguments=None, method="tools/call", server=None,
             **more):
        params = overlay({"name": name, "arguments": arguments or {}, "inputResponses": responses,
                          "requestState": state}, {})
        meta = {META + "clientCapabilities": EVERYTHING if can is None else can}
        return (server or self.server).modern(method, params, meta=meta, **more)

    def assert_asks(self, response, **methods):
        """Checks that the response has exactly these requests, {key: method}, and returns them by key."""
        self.assertEqual("input_required", response.result["resultType"], response)
        self.assertEqual(200, response.status)
        asked = response.result.get("inputRequests", {})
        self.assertEqual(methods, {key: one["method"] for key, one in asked.items()})
        return {key: one.get("params", {}) for key, one in asked.items()}

    def assert_missing(self, response, needed, id=1):
        self.assertEqual((400, MISSING_CAPABILITY, id), (response.status, response.code, response.answer["id"]),
                         response)
        self.assertEqual({"requiredCapabilities": needed}, response.error["data"])


class InputRequests(RoundTests):
    def test_for_a_form_take_one_more_round(self):
        asked = self.assert_asks(self.call(ROUND + "elicitation"), user_name="elicitation/create")["user_name"]
        self.assertEqual(("form", "What is your name?"), (asked["mode"], asked["message"]))
        self.assertEqual({"name": {"type": "string"}}, asked["requestedSchema"]["properties"])
        response = self.call(ROUND + "elicitation", {"user_name": accepted(name="Zoë")}, id=2)
        self.assertEqual(("complete", "Hello, Zoë!", 2),
                         (response.result["resultType"], response.text, response.answer["id"]))

    def test_in_url_mode_have_a_url_and_no_form(self):
        asked = self.assert_asks(self.call("visit"), page="elicitation/create")["page"]
        self.assertEqual({"mode": "url", "message": "Sign in, please.", "url": "https://example.com/sign-in?state=1"},
                         asked)
        for action in ("accept", "decline", "cancel"):
            self.assertEqual(f"page: {action}", self.call("visit", {"page": {"action": action}}).text)

    def test_for_sampling_and_for_roots(self):
        asked = self.assert_asks(self.call(ROUND + "sampling"), capital_question="sampling/createMessage")
        self.assertEqual(100, asked["capital_question"]["maxTokens"])
        self.assertEqual("Sampling response: Paris",
                         self.call(ROUND + "sampling", {"capital_question": said("Paris")}).text)
        self.assert_asks(self.call(ROUND + "list_roots"), client_roots="roots/list")
        roots = {"roots": [{"uri": "file:///a"}, {"uri": "file:///b", "name": "B"}]}
        self.assertIn("file:///a, file:///b", self.call(ROUND + "list_roots", {"client_roots": roots}).text)

    def test_of_three_kinds_take_one_round(self):
        first = self.call(ROUND + "multiple_inputs")
        self.assert_asks(first, user_name="elicitation/create", greeting="sampling/createMessage",
                         client_roots="roots/list")
        answers = {"user_name": accepted(name="Ann"), "greeting": said("Hi"), "client_roots": {"roots": []}}
        state = first.result["requestState"]
        self.assertIn("Hi Ann", self.call(ROUND + "multiple_inputs", answers, state).text)
        for missing in answers:
            some = {key: one for key, one in answers.items() if key != missing}
            self.assertEqual("input_required", self.call(ROUND + "multiple_inputs", some, state).result["resultType"])

    def test_twice_keep_the_first_response_in_the_state(self):
        first = self.call(ROUND + "multi_round")
        self.assert_asks(first, step1="elicitation/create")
        second = self.call(ROUND + "multi_round", {"step1": accepted(name="Ann")}, first.result["requestState"])
        self.assert_asks(second, step2="elicitation/create")
        self.assertNotEqual(first.result["requestState"], second.result["requestState"])
        self.assertNotIn("Ann", second.result["requestState"])
        third = self.call(ROUND + "multi_round", {"step2": accepted(color="red")}, second.result["requestState"])
        self.assertEqual("Multi-round complete: Ann likes red", third.text)

    def test_of_a_prompt_are_sent(self):
        name = ROUND + "prompt"
        self.assert_asks(self.call(name, method="prompts/get"), user_context="elicitation/create")
        answer = self.call(name, {"user_context": accepted(context="brief")}, method="prompts/get")
        self.assertEqual("Use the following context: brief", answer.result["messages"][0]["content"]["text"])

    def test_with_a_method_that_no_client_has_are_an_error(self):
        for method in ("tools/call", "ping", "", "elicitation/create/x", "notifications/cancelled"):
            with self.subTest(method):
                response = self.call("asks", arguments={"method": method})
                self.assertEqual((200, -32603), (response.status, response.code))
                self.assertIn('"asks"', response.sentence)
        self.server.wait_for_line('notifying: invalid answer of the tool "asks": it requests "ping" from the client, '
                                  "which is not a client method")

    def test_are_never_sent_for_a_list(self):
        for method in ("tools/list", "prompts/list", "resources/list", "server/discover"):
            self.assertEqual("complete", self.server.modern(method).result["resultType"])


class InputResponses(RoundTests):
    def test_that_were_not_requested_are_ignored(self):
        answers = {"user_name": accepted(name="Ann"), "unknown": accepted(name="Bob"), "": 5, "__proto__": {}}
        self.assertEqual("Hello, Ann!", self.call(ROUND + "elicitation", answers).text)
        self.assert_asks(self.call(ROUND + "elicitation", {"unknown": accepted(name="Ann")}),
                         user_name="elicitation/create")

    def test_of_another_shape_lead_to_another_request(self):
        for wrong in (12345, "Ann", None, True, [], {}, [accepted(name="Ann")], {"action": 5}, {"action": None},
                      accepted(name=5), accepted(name=None), accepted(), {"action": "accept"},
                      {"content": {"name": "Ann"}}, {"action": "accept", "content": "Ann"},
                      {"error": {"code": -1, "message": "no"}}, {"result": accepted(name="Ann")}):
            with self.subTest(wrong):
                self.assert_asks(self.call(ROUND + "elicitation", {"user_name": wrong}), user_name="elicitation/create")
        for wrong in (5, {}, {"content": 5}, {"content": []}, {"content": [5]}, {"content": {"type": "image"}}):
            with self.subTest(wrong):
                again = self.call(ROUND + "sampling", {"capital_question": wrong})
                self.assert_asks(again, capital_question="sampling/createMessage")
        for wrong in (5, {}, {"roots": 5}, {"roots": [5]}, {"roots": [{}]}, {"roots": {"uri": "file:///a"}}):
            with self.subTest(wrong):
                self.assert_asks(self.call(ROUND + "list_roots", {"client_roots": wrong}), client_roots="roots/list")

    def test_that_decline_are_reported_to_the_model(self):
        for action in ("decline", "cancel"):
            response = self.call(ROUND + "elicitation", {"user_name": {"action": action}})
            self.assertTrue(response.result["isError"])
            self.assertIn(action, response.text)

    def test_are_an_object(self):
        for wrong in (5, "x", True, [], [accepted(name="Ann")]):
            with self.subTest(wrong):
                response = self.call(ROUND + "elicitation", wrong)
                self.assertEqual(INVALID_PARAMS, response.code)
                self.assertIn("inputResponses", response.sentence)

    def test_can_be_large(self):
        self.assertIn("x" * 1_000_000,
                      self.call(ROUND + "elicitation", {"user_name": accepted(name="x" * 1_000_000)}).text)

    def test_to_a_tool_that_requests_nothing_are_ignored(self):
        response = self.call("test_simple_text", {"user_name": accepted(name="Ann")})
        self.assertEqual("This is a simple text response for testing.", response.text)


class Capabilities(RoundTests):
    def test_that_are_not_declared_are_not_used(self):
        for name, needed in ((ROUND + "elicitation", {"elicitation": {}}), (ROUND + "sampling", {"sampling": {}}),
                             (ROUND + "list_roots", {"roots": {}}), ("test_missing_capability", {"sampling": {}})):
            for can in ({}, {key: {} for key in EVERYTHING if key not in needed}, {key: True for key in needed},
                        {key.upper(): {} for key in needed}, {"experimental": needed}):
                with self.subTest(name, can=can):
                    self.assert_missing(self.call(name, can=can, id="x"), needed, "x")

    def test_that_are_missing_are_all_named_in_the_error(self):
        self.assert_missing(self.call(ROUND + "multiple_inputs", can={"roots": {}}),
                            {"elicitation": {}, "sampling": {}})

    def test_of_a_prompt_are_named_too(self):
        self.assert_missing(self.call(ROUND + "prompt", can={}, method="prompts/get"), {"elicitation": {}})

    def test_of_another_request_do_not_count(self):
        self.call(ROUND + "elicitation")
        self.assert_missing(self.call(ROUND + "elicitation", can={}), {"elicitation": {}})

    def test_without_a_mode_mean_form_mode(self):
        self.assert_asks(self.call(ROUND + "elicitation", can={"elicitation": {}}), user_name="elicitation/create")
        self.assert_missing(self.call("visit", can={"elicitation": {}}), {"elicitation": {"url": {}}})
        self.assert_missing(self.call("visit", can={"elicitation": {"form": {}}}), {"elicitation": {"url": {}}})
        self.assert_missing(self.call("visit", can={}), {"elicitation": {"url": {}}})

    def test_of_url_mode_alone_do_not_include_forms(self):
        self.assert_asks(self.call("visit", can={"elicitation": {"url": {}}}), page="elicitation/create")
        self.assert_missing(self.call(ROUND + "elicitation", can={"elicitation": {"url": {}}}),
                            {"elicitation": {"form": {}}})


class RequestState(RoundTests):
    """`confirm` is answered only together with the state that was handed out."""

    NAME = ROUND + "request_state"
    YES = {"confirm": accepted(ok=True)}

    def begin(self, **more):
        return self.call(self.NAME, **more).result["requestState"]

    def assert_refused(self, state, **more):
        with self.subTest(str(state)[:80], more=str(more)):
            response = self.call(**({"name": self.NAME, "responses": self.YES, "state": state} | more))
            self.assertEqual((200, INVALID_PARAMS), (response.status, response.code), response)
            self.assertIn("requestState", response.sentence)
            self.assertIsNone(response.error.get("data"))

    def assert_opens(self, state, **more):
        self.assertIn("state-ok", self.call(self.NAME, self.YES, state, **more).text)

    def test_is_returned_to_the_tool(self):
        state = self.begin()
        self.assert_opens(state)
        self.assert_opens(state, id="another", fields={"Mcp-Session-Id": "whatever"})

    def test_is_empty_when_it_is_omitted(self):
        message, fields = modern("tools/call", {"name": self.NAME, "inputResponses": self.YES, "requestState": None},
                                 meta={META + "clientCapabilities": EVERYTHING})
        self.assert_asks(self.server.post(message, fields), confirm="elicitation/create")
        self.assert_asks(self.call(self.NAME, self.YES), confirm="elicitation/create")

    def test_with_any_bit_flipped_is_refused(self):
        state = self.begin()
        for position, character in enumerate(state):
            for bit in (1, 2, 32):
                other = chr(ord(character) ^ bit)
                response = self.call(self.NAME, self.YES, state[:position] + other + state[position + 1:])
                self.assertEqual(INVALID_PARAMS, response.answer.get("error", {}).get("code"),
                                 (position, character, other))

    def test_that_is_truncated_or_extended_is_refused(self):
        state = self.begin()
        for size in range(0, len(state), 7):
            self.assert_refused(state[:size])
        for more in ("A", "=", "==", " ", "\n", "\u0000", "-TAMPERED", state):
            self.assert_refused(state + more)
            self.assert_refused(more + state)

    def test_that_is_not_sealed_is_refused(self):
        for wrong in ("x", "A" * 60, "{}", '{"tool":"request_state","round":1}', "\u0000", "\ufffd" * 50,
                      "A" * 1_000_000, "=" * 100, "-" * 100_000):
            self.assert_refused(wrong)
        for wrong in (5, 0, True, False, [], {}, ["A"], {"tool": "request_state", "round": 1}):
            self.assert_refused(wrong)

    def test_is_valid_for_one_request_only(self):
        state = self.begin()
        self.assert_refused(state, name=ROUND + "tampered_state")
        self.assert_refused(state, name=ROUND + "elicitation", responses={"user_name": accepted(name="Ann")})
        self.assert_refused(state, name="test_simple_text")
        self.assert_refused(state, name=ROUND + "prompt", method="prompts/get")
        for arguments in ({"a": 1}, {"a": None}, {"name": self.NAME}):
            self.assert_refused(state, arguments=arguments)
        self.assert_opens(state)

    def test_is_valid_for_the_same_arguments_in_any_spelling(self):
        inner = {"c": "x", "d": [1, 2]}
        state = self.begin(arguments={"a": 1, "b": inner})
        self.assert_opens(state, arguments={"b": {"d": [1, 2], "c": "x"}, "a": 1})
        for other in ({"a": 2, "b": inner}, {"a": "1", "b": inner}, {"a": 1}, {"b": inner}, {"b": inner | {"a": 1}}):
            self.assert_refused(state, arguments=other)
        for other in ([2, 1], [1], [[1, 2]], [1, 2, None], "12"):
            self.assert_refused(state, arguments={"a": 1, "b": inner | {"d": other}})

    def test_is_ignored_by_a_tool_that_requests_nothing(self):
        for method, params in (("tools/list", {}), ("resources/read", {"uri": "test://static-text"})):
            response = self.server.modern(method, params | {"requestState": self.begin()})
            if method == "tools/list":
                self.assertIn("tools", response.result)
            else:
                self.assertEqual(INVALID_PARAMS, response.code)

    def test_is_encrypted(self):
        states = {self.begin() for _ in range(10)}
        self.assertEqual(10, len(states))
        for state in states:
            self.assertRegex(state, r"^[A-Za-z0-9_-]+$")
            self.assertNotIn("request_state", state)


class RequestStateOfOthers(unittest.TestCase):
    def ask(self, server, state=None, token=True):
        params = {"name": RequestState.NAME, "arguments": {}}
        if state:
            params |= {"requestState": state, "inputResponses": RequestState.YES}
        return server.post(*modern("tools/call", params, meta={META + "clientCapabilities": EVERYTHING}), token=token)

    def test_is_refused_for_another_caller(self):
        with Server(settings(plugin(CONFORMANCE_PLUGIN), backend=hostile("subject-from-token"))) as server:
            state = self.ask(server, token="ann.1").result["requestState"]
            for other in ("bob.1", "an.n", "ann1"):
                self.assertEqual(INVALID_PARAMS, self.ask(server, state, other).code)
            for credential in ("ann.1", "ann.2"):
                self.assertIn("state-ok", self.ask(server, state, credential).text)

    def test_survives_a_restart_and_is_valid_for_the_same_subject_only(self):
        ann, bob = (settings(plugin(CONFORMANCE_PLUGIN), extra=f"options.subject = {json.dumps(name)}\n")
                    for name in ("ann", "bob"))
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as elsewhere:
            with Server(ann, XDG_STATE_HOME=folder) as server:
                state = self.ask(server).result["requestState"]
            with Server(ann, XDG_STATE_HOME=folder) as server:
                self.assertIn("state-ok", self.ask(server, state).text)
            for config, home in ((bob, folder), (ann, elsewhere)):
                with Server(config, XDG_STATE_HOME=home) as server:
                    self.assertEqual(INVALID_PARAMS, self.ask(server, state).code)
