"""Requests to the client in the protocols of 2025: sent on the stream of the call, answered by POST."""

from harness import (CONFORMANCE_PLUGIN, LEGACY, Server, Session, SharedServerTest, hostile, in_parallel, plugin, rpc,
                     settings, wait_until)

from test_rounds import EVERYTHING, ROUND, accepted, said


class ClientRequestTests(SharedServerTest):
    config = settings(plugin(CONFORMANCE_PLUGIN), plugin(hostile("notifying")))

    def setUp(self):
        self.session = Session(self.server, capabilities=EVERYTHING)

    def begin(self, name, arguments=None, session=None, method="tools/call", id=1):
        stream = (session or self.session).stream(method, {"name": name, "arguments": arguments or {}}, id)
        self.addCleanup(stream.close)
        return stream

    def reply(self, question, result=None, session=None, **more):
        """Answers a question; `error` in place of a result, `id` in place of the question's."""
        message = {"jsonrpc": "2.0", "id": question["id"]} | ({} if "error" in more else {"result": result}) | more
        response = (session or self.session).post(message)
        self.assertEqual((202, b""), (response.status, response.body))

    def assert_asked(self, stream, method):
        question = stream.next()
        self.assertIsNotNone(question, "it ended instead of asking")
        self.assertEqual(method, question["method"], question)
        self.assertIsInstance(question["id"], (str, int))
        return question

    def assert_cancelled(self, stream, question):
        self.assertEqual({"jsonrpc": "2.0", "method": "notifications/cancelled",
                          "params": {"requestId": question["id"]}},
                         stream.next())

    def assert_result(self, stream, text, is_error=False):
        answer = stream.next()
        self.assertEqual(is_error, answer["result"].get("isError", False), answer)
        self.assertIn(text, answer["result"]["content"][0]["text"])
        self.assertIsNone(stream.next(), "more came after the answer")

    def assert_refuses(self, response, *words):
        self.assertTrue(response.result["isError"], response)
        for word in words:
            self.assertIn(word, response.text)


class AnsweredRequests(ClientRequestTests):
    def test_in_every_legacy_version(self):
        for version in LEGACY:
            with self.subTest(version):
                session = Session(self.server, version, capabilities=EVERYTHING)
                stream = self.begin("test_elicitation", {"message": "Who?"}, session)
                question = self.assert_asked(stream, "elicitation/create")
                self.assertEqual("Who?", question["params"]["message"])
                self.assertEqual({"response"}, set(question["params"]["requestedSchema"]["properties"]))
                self.reply(question, accepted(response="Zoë"), session)
                self.assert_result(stream, 'action=accept, content={"response": "Zo')

    def test_of_sampling_roots_and_url_elicitation(self):
        stream = self.begin("test_sampling", {"prompt": "Why?"})
        question = self.assert_asked(stream, "sampling/createMessage")
        self.assertEqual("Why?", question["params"]["messages"][0]["content"]["text"])
        self.assertEqual(100, question["params"]["maxTokens"])
        self.reply(question, said("Because."))
        self.assert_result(stream, "LLM response: Because.")

        stream = self.begin(ROUND + "list_roots")
        self.reply(self.assert_asked(stream, "roots/list"), {"roots": [{"uri": "file:///a"}]})
        self.assert_result(stream, "file:///a")

        stream = self.begin("visit")
        question = self.assert_asked(stream, "elicitation/create")
        self.assertEqual("url", question["params"]["mode"])
        self.reply(question, {"action": "accept"})
        self.assert_result(stream, "page: accept")

    def test_in_any_order(self):
        stream = self.begin(ROUND + "multiple_inputs")
        questions = {one["method"]: one for one in (stream.next() for _ in range(3))}
        self.reply(questions["roots/list"], {"roots": []})
        self.reply(questions["sampling/createMessage"], said("Hi"))
        self.reply(questions["elicitation/create"], accepted(name="Ann"))
        self.assert_result(stream, "Hi Ann")

    def test_one_after_the_other(self):
        stream = self.begin(ROUND + "multi_round")
        first = self.assert_asked(stream, "elicitation/create")
        self.reply(first, accepted(name="Ann"))
        second = self.assert_asked(stream, "elicitation/create")
        self.assertNotEqual(first["id"], second["id"])
        self.reply(second, accepted(color="red"))
        self.assert_result(stream, "Ann likes red")

    def test_for_a_prompt_too(self):
        stream = self.begin(ROUND + "prompt", method="prompts/get")
        self.reply(self.assert_asked(stream, "elicitation/create"), accepted(context="brief"))
        self.assertIn("brief", stream.next()["result"]["messages"][0]["content"]["text"])

    def test_each_in_its_own_session(self):
        def client(index):
            session = Session(self.server, capabilities=EVERYTHING)
            with session.stream("tools/call", {"name": "test_elicitation", "arguments": {"message": "Who?"}}) as stream:
                self.reply(stream.next(), accepted(response=f"nonce-{index}"), session)
                return f"nonce-{index}" in stream.next()["result"]["content"][0]["text"]

        self.assertEqual({True}, set(in_parallel(20, client)))

    def test_after_a_broken_connection(self):
        stream = self.begin("test_elicitation", {"message": "Who?"})
        self.assert_asked(stream, "elicitation/create")
        stream.close()
        stream_number = stream.last_id.split("-")[0]
        with self.session.listen(f"{stream_number}-0") as rest:
            self.reply(self.assert_asked(rest, "elicitation/create"), accepted(response="late"))
            self.assert_result(rest, "late")

    def test_of_a_disconnected_client_end_with_its_session(self):
        before = self.server.open_files()
        for _ in range(10):
            session = Session(self.server, capabilities=EVERYTHING)
            self.begin("test_elicitation", {"message": "Who?"}, session).close()
            self.assertEqual(204, session.send("DELETE").status)
        self.assertTrue(wait_until(lambda: self.server.open_files() <= before))


class UnansweredRequests(ClientRequestTests):
    def test_do_not_delay_the_shutdown(self):
        config = settings(plugin(CONFORMANCE_PLUGIN), server={"drain": "100ms", "threads": 4})
        for _ in range(3):
            with Server(config) as server:
                session = Session(server, capabilities=EVERYTHING)
                params = {"name": "test_elicitation", "arguments": {"message": "Who?"}}
                for id in range(8):
                    stream = session.stream("tools/call", params, id)
                    self.addCleanup(stream.close)
                    self.assert_asked(stream, "elicitation/create")
                server.stop()
            self.assertNotIn("never returned", server.log)

    def test_are_cancelled_at_shutdown_and_their_calls_fail(self):
        with Server(settings(plugin(CONFORMANCE_PLUGIN), server={"drain": "100ms"})) as server:
            stream = self.begin("test_elicitation", {"message": "Who?"}, Session(server, capabilities=EVERYTHING))
            question = self.assert_asked(stream, "elicitation/create")
            server.signal()
            self.assert_cancelled(stream, question)
            answer = stream.next()
            self.assertEqual((1, -32603), (answer["id"], answer["error"]["code"]), answer)
            self.assertEqual("stopping", answer["error"]["data"]["reason"])
            self.assertIsNone(stream.next(), "more came after the answer")
            server.stop()
            self.assertIn("calls aborted because they did not end within server.drain: 1", server.log)
            self.assertNotIn("connections closed", server.log)


class InvalidResponses(ClientRequestTests):
    def ask(self):
        stream = self.begin("test_elicitation", {"message": "Who?"})
        return stream, self.assert_asked(stream, "elicitation/create")

    def test_with_an_error_are_reported_to_the_model(self):
        for error in ({"code": -1, "message": "The user said no"}, {"code": -32601, "message": "no", "data": {"x": 1}}):
            stream, question = self.ask()
            self.reply(question, error=error)
            self.assert_result(stream, error["message"], is_error=True)

    def test_with_an_invalid_error_are_reported_to_the_model(self):
        for error in (5, "no", [], {}, {"code": "x"}, {"message": 5}, {"message": "x" * 100_000}, None):
            with self.subTest(str(error)[:50]):
                stream, question = self.ask()
                self.reply(question, error=error)
                self.assert_result(stream, "the client responded with an error", is_error=True)

    def test_of_another_shape_lead_to_another_request(self):
        for wrong in (5, "x", True, None, [], {}, [accepted(response="x")], {"action": 5}, {"content": {}}):
            with self.subTest(wrong):
                stream, question = self.ask()
                self.reply(question, wrong)
                again = self.assert_asked(stream, "elicitation/create")
                self.assertNotEqual(question["id"], again["id"])
                self.reply(again, accepted(response="x"))
                self.assert_result(stream, "action=accept")

    def test_end_the_call_after_too_many_rounds(self):
        stream = self.begin("asks", {"method": "roots/list"})
        asked = 0
        for message in stream:
            if "method" not in message:
                break
            asked += 1
            self.reply(message, {"roots": []})
        self.assertLessEqual(asked, 100)
        self.assertEqual(-32603, message["error"]["code"])
        self.server.wait_for_line("it requested input")

    def test_with_unknown_members_are_accepted(self):
        stream, question = self.ask()
        self.reply(question, accepted(response="x") | {"_meta": {"a": 1}, "unknown": [{}]}, more=5)
        self.assert_result(stream, "action=accept")

    def test_after_the_first_response_are_ignored(self):
        stream, question = self.ask()
        self.reply(question, accepted(response="first"))
        self.reply(question, accepted(response="second"))
        self.assert_result(stream, "first")
        self.reply(question, accepted(response="third"))

    def test_with_an_unknown_id_change_nothing(self):
        stream, question = self.ask()
        own = question["id"]
        for id in ("toolrack-999999", "", "x", 1, 0, -1, own.upper(), own + " ", own + "\u0000", "x" * 1000):
            with self.subTest(id):
                self.reply(question, accepted(response="forged"), id=id)
        self.assertTrue(stream.connection.is_silent(0.2))
        self.reply(question, accepted(response="mine"))
        self.assert_result(stream, "mine")

    def test_in_another_session_change_nothing(self):
        stream, question = self.ask()
        forged = accepted(response="forged")
        for other in (Session(self.server, capabilities=EVERYTHING), Session(self.server, LEGACY[2])):
            self.reply(question, forged, other)
        self.assertEqual(202, self.server.post({"jsonrpc": "2.0", "id": question["id"], "result": forged}).status)
        self.assertTrue(stream.connection.is_silent(0.2))
        self.reply(question, accepted(response="mine"))
        self.assert_result(stream, "mine")

    def test_cancelling_the_call_ends_it_without_an_answer(self):
        stream, question = self.ask()
        self.assertEqual(202, self.session.post(rpc("notifications/cancelled", {"requestId": 1}, id=None)).status)
        self.assert_cancelled(stream, question)
        self.assertIsNone(stream.next())
        self.reply(question, accepted(response="late"))
        self.assertEqual({}, self.session.request("ping").result)

    def test_ending_the_session_closes_the_stream(self):
        stream, question = self.ask()
        self.assertEqual(204, self.session.send("DELETE").status)
        # Taking the question back may come too late for the stream, which is just as well.
        self.assertLessEqual({message["method"] for message in stream}, {"notifications/cancelled"})
        self.assertEqual(404, self.session.post({"jsonrpc": "2.0", "id": question["id"], "result": {}}).status)


class ImpossibleRequests(ClientRequestTests):
    """Clients that cannot be: a tool's failure, which the model gets to see, and an error for a prompt."""

    def test_of_undeclared_capabilities_are_not_sent(self):
        session = Session(self.server)
        for name, words in ((ROUND + "elicitation", "elicitation"), (ROUND + "sampling", "sampling"),
                            (ROUND + "list_roots", "roots"), ("test_missing_capability", "sampling"),
                            ("visit", '{"elicitation":{"url":{}}}')):
            with self.subTest(name):
                self.assert_refuses(session.request("tools/call", {"name": name, "arguments": {}}), "capabilities", words)
        response = session.request("prompts/get", {"name": ROUND + "prompt"})
        self.assertIn("elicitation", response.sentence)

    def test_for_a_form_are_not_sent_to_a_client_with_url_mode_only(self):
        session = Session(self.server, capabilities={"elicitation": {"url": {}}})
        response = session.request("tools/call", {"name": ROUND + "elicitation", "arguments": {}},
                                   fields={"Accept": "application/json"})
        self.assert_refuses(response, "capabilities", '{"elicitation":{"form":{}}}')

    def test_without_a_session_are_not_sent(self):
        for name in (ROUND + "elicitation", "test_missing_capability"):
            self.assert_refuses(self.server.plain("tools/call", {"name": name, "arguments": {}}), "client")

    def test_without_a_stream_are_not_sent(self):
        response = self.session.request("tools/call", {"name": ROUND + "elicitation", "arguments": {}},
                                        fields={"Accept": "application/json"})
        self.assert_refuses(response, "on a stream")
        response = self.session.request("prompts/get", {"name": ROUND + "prompt"},
                                        fields={"Accept": "application/json"})
        self.assertIn("on a stream", response.sentence)

    def test_with_an_unknown_method_are_not_sent(self):
        for method in ("tools/call", "ping", ""):
            response = self.session.request("tools/call", {"name": "asks", "arguments": {"method": method}})
            self.assertEqual(-32603, response.code)
