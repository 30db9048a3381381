"""Prompts, resources, completion and paging in both eras, and malicious URIs."""

import json
import secrets

from harness import CONFORMANCE_PLUGIN, Server, Session, SharedServerTest, hostile, overlay, plugin, settings

PLUGINS = plugin(CONFORMANCE_PLUGIN), plugin(hostile("notifying"))
INVALID_PARAMS, NOT_FOUND_LEGACY = -32602, -32002
ERAS = "modern", "legacy"

PNG = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==")


class InBothEras(SharedServerTest):
    config = settings(*PLUGINS)

    def setUp(self):
        self.session = Session(self.server)

    def ask(self, era, method, params=None, **more):
        return (self.server.modern if era == "modern" else self.session.request)(method, params, **more)

    def assert_refused(self, method, params, words=""):
        for era in ERAS:
            with self.subTest(era, params=str(params)[:200]):
                response = self.ask(era, method, params)
                self.assertEqual(INVALID_PARAMS, response.code, response)
                self.assertIn(words, response.sentence)
                self.assertEqual("application/json", response.field("Content-Type"))


class Prompts(InBothEras):
    def get(self, era, name, arguments=None):
        return self.ask(era, "prompts/get", overlay({"name": name, "arguments": arguments}, {}))

    def test_are_listed_with_their_arguments(self):
        for era in ERAS:
            prompts = {one["name"]: one for one in self.ask(era, "prompts/list").result["prompts"]}
            self.assertEqual({"test_simple_prompt", "test_prompt_with_arguments", "test_prompt_with_embedded_resource",
                              "test_prompt_with_image", "test_input_required_result_prompt", "count"}, set(prompts))
            self.assertEqual([("arg1", True), ("arg2", True)],
                             [(one["name"], one["required"])
                              for one in prompts["test_prompt_with_arguments"]["arguments"]])

    def test_are_filled_in_with_the_arguments(self):
        for era in ERAS:
            said = self.get(era, "test_prompt_with_arguments", {"arg1": "a'\n", "arg2": "ü\u0000"}).result["messages"]
            self.assertEqual([{"role": "user", "content": {
                "type": "text", "text": "Prompt with arguments: arg1='a'\n', arg2='ü\u0000'"}}], said)

    def test_without_arguments_need_none(self):
        for era in ERAS:
            for arguments in (None, {}, {"unasked": "x"}):
                said = self.get(era, "test_simple_prompt", arguments).result["messages"]
                self.assertEqual("This is a simple prompt for testing.", said[0]["content"]["text"])

    def test_contain_images_and_resources(self):
        for era in ERAS:
            image, text = (one["content"] for one in self.get(era, "test_prompt_with_image").result["messages"])
            self.assertEqual({"type": "image", "data": PNG, "mimeType": "image/png"}, image)
            self.assertEqual("text", text["type"])
            said = self.get(era, "test_prompt_with_embedded_resource", {"resourceUri": "test://x"}).result["messages"]
            self.assertEqual("test://x", said[0]["content"]["resource"]["uri"])

    def test_report_a_missing_argument(self):
        for arguments, missing in ((None, "arg1"), ({}, "arg1"), ({"arg2": "x"}, "arg1"), ({"arg1": "x"}, "arg2")):
            self.assert_refused("prompts/get",
                                overlay({"name": "test_prompt_with_arguments", "arguments": arguments}, {}),
                                f'"{missing}"')

    def test_accept_only_strings(self):
        for wrong in (5, None, True, [], {}, ["x"]):
            params = {"name": "test_prompt_with_arguments", "arguments": {"arg1": "x", "arg2": wrong}}
            self.assert_refused("prompts/get", params, '"arg2"')
        for arguments in ([], "x", 5, True):
            self.assert_refused("prompts/get", {"name": "test_simple_prompt", "arguments": arguments},
                                "params.arguments")

    def test_that_do_not_exist_are_named_in_the_error(self):
        for name in ("no-such-prompt", "", "test_simple_text", "x" * 100):
            self.assert_refused("prompts/get", {"name": name}, name[:50])
        self.assertEqual(INVALID_PARAMS, self.session.request("prompts/get", {"name": 5}).code)
        self.assertEqual(INVALID_PARAMS, self.session.request("prompts/get", {}).code)


class Resources(InBothEras):
    def read(self, era, uri):
        return self.ask(era, "resources/read", {"uri": uri})

    def test_are_listed_without_templates(self):
        for era in ERAS:
            uris = [one["uri"] for one in self.ask(era, "resources/list").result["resources"]]
            self.assertEqual(["test://static-text", "test://static-binary", "test://watched-resource", "talk://a",
                              "talk://b"],
                             uris)
            templates = self.ask(era, "resources/templates/list").result["resourceTemplates"]
            self.assertEqual(["test://template/{id}/data", "talk://tree/{+path}"],
                             [one["uriTemplate"] for one in templates])

    def test_are_read_as_text_and_as_bytes(self):
        for era in ERAS:
            self.assertEqual([{"uri": "test://static-text", "mimeType": "text/plain",
                               "text": "This is the content of the static text resource."}],
                             self.read(era, "test://static-text").result["contents"])
            self.assertEqual([{"uri": "test://static-binary", "mimeType": "image/png", "blob": PNG}],
                             self.read(era, "test://static-binary").result["contents"])

    def test_have_cache_hints_for_modern_clients_only(self):
        modern, legacy = (self.read(era, "test://static-text").result for era in ERAS)
        self.assertIsInstance(modern["ttlMs"], int)
        self.assertIn(modern["cacheScope"], ("public", "private"))
        self.assertEqual({"contents"}, set(legacy))

    def test_of_a_template_have_the_requested_uri(self):
        for era in ERAS:
            for part, id in (("7", "7"), ("a%20b", "a b"), ("gr%C3%BC%C3%9Fe", "grüße"), ("grüße", "grüße"),
                             ("%zz%", "%zz%")):
                uri = f"test://template/{part}/data"
                content = self.read(era, uri).result["contents"][0]
                self.assertEqual((uri, id), (content["uri"], json.loads(content["text"])["id"]))
            content = self.read(era, "talk://tree/a/b%2Fc/d").result["contents"][0]
            self.assertEqual("a/b/c/d", content["text"])

    def test_require_a_uri(self):
        for params in ({}, {"uri": 5}, {"uri": None}, {"uri": ["test://static-text"]}):
            with self.subTest(params):
                self.assertEqual(INVALID_PARAMS, self.session.request("resources/read", params).code)
                self.assertEqual(INVALID_PARAMS,
                                 self.server.modern("resources/read", params, fields={"Mcp-Name": "x"}).code)


class InvalidFeatures(InBothEras):
    """What a plugin has and the host does not serve is not had through a template that fits it, too."""

    config = settings(plugin(hostile("partly-listed")))

    def test_are_logged_and_cannot_be_read(self):
        for what in ('resource "secret"', 'template "private"'):
            (line,) = self.server.wait_for_line(what + " is not served")
            self.assertIn("scopes", line)
        for era in ERAS:
            self.assertEqual(["half:open"], [one["uri"] for one in self.ask(era, "resources/list").result["resources"]])
            for uri, said in (("half:open", "open"), ("half:other", "public"), ("half:private/a/b", "public")):
                self.assertEqual(said, self.ask(era, "resources/read", {"uri": uri}).result["contents"][0]["text"])
            for uri in ("half:secret", "half:private/a", "half:private/%61", "half:asleep"):
                with self.subTest(era, uri=uri):
                    response = self.ask(era, "resources/read", {"uri": uri})
                    self.assertIn(response.code, (-32602, -32002), response)
                    self.assertEqual({"uri": uri}, response.error["data"])


class UnusualUris(InBothEras):
    NOWHERE = (
        "test://nothing", "", ":", "x", "test:", "TEST://static-text", " test://static-text", "test://static-text ",
        "test://static-text/", "test://static-text#", "test://static-text%00", "test://static-tex%74",
        "test://../../etc/passwd", "file:///etc/passwd", "test://template/../../etc/passwd",
        "test://template/../data/../data", "test://template/..%2f..%2fetc/data", "test://template/%2e%2e%2fsecret/data",
        "test://template/%2E%2E%2F/data", "test://template/a%2Fb/data", "test://template/%2f/data",
        "test://template//data", "test://template/data", "test://template/x/data/", "test://template/x/data?y",
        "test://template/a%00b/data", "test://template/a\u0000b/data", "test://template/%00/data",
        "test://template/x/data\u0000", "talk://tree/", "talk://tree/a%00b",
        "test://template/" + "x" * 5000 + "/data", "talk://tree/" + "../" * 100_000)

    BYTES_THAT_ARE_NO_TEXT = ("test://template/%ff/data", "test://template/%c0%af/data",
                              "test://template/%c0%ae%c0%ae/data", "test://template/%ed%a0%80/data",
                              "test://template/%f4%90%80%80/data", "test://template/%e2%82/data", "talk://tree/a/%80")

    def assert_nowhere(self, uri):
        for era in ERAS:
            with self.subTest(era, uri=uri[:60]):
                response = self.ask(era, "resources/read", {"uri": uri})
                code = INVALID_PARAMS if era == "modern" else NOT_FOUND_LEGACY
                self.assertEqual((200, code), (response.status, response.code))
                self.assertEqual({"uri": uri}, response.error["data"])
                self.assertIn("not found", response.sentence)
                self.assertLess(len(response.sentence), 1000)

    def test_are_not_found(self):
        for uri in self.NOWHERE:
            if len(uri) < 10_000:
                self.assert_nowhere(uri)
        self.assertNotIn(" error: ", self.server.log)

    def test_that_are_longer_than_a_header_are_not_found(self):
        uri = self.NOWHERE[-1]
        self.assertEqual(NOT_FOUND_LEGACY, self.session.request("resources/read", {"uri": uri}).code)
        self.assertEqual(431, self.server.modern("resources/read", {"uri": uri}).status)

    def test_with_escapes_that_are_not_utf_8_are_not_found(self):
        read = [uri for uri in self.BYTES_THAT_ARE_NO_TEXT for era in ERAS
                if "result" in self.ask(era, "resources/read", {"uri": uri}).answer]
        self.assertEqual([], read)
        for uri in self.BYTES_THAT_ARE_NO_TEXT:
            self.assert_nowhere(uri)

    def test_cannot_be_subscribed_to(self):
        for uri in self.NOWHERE:
            with self.subTest(uri[:60]):
                self.assertEqual(NOT_FOUND_LEGACY, self.session.request("resources/subscribe", {"uri": uri}).code)
                self.assertEqual({}, self.session.request("resources/unsubscribe", {"uri": uri}).result)
        self.assertEqual("[]", self.server.call_tool("watched", {}).text)

    def test_have_no_completion(self):
        for uri in self.NOWHERE:
            with self.subTest(uri[:60]):
                params = {"ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": "id", "value": ""}}
                self.assertEqual(INVALID_PARAMS, self.session.request("completion/complete", params).code)


class Completion(InBothEras):
    def complete(self, era, ref, value, name="from"):
        return self.ask(era, "completion/complete", {"ref": ref, "argument": {"name": name, "value": value}})

    def test_returns_the_values_of_a_prompt_and_a_template(self):
        for era in ERAS:
            for ref in ({"type": "ref/prompt", "name": "count"},
                        {"type": "ref/resource", "uri": "talk://tree/{+path}"}):
                self.assertEqual({"values": ["14", *(f"14{n}" for n in range(10))], "total": 11, "hasMore": False},
                                 self.complete(era, ref, "14").result["completion"])

    def test_returns_100_values_and_the_total(self):
        for era in ERAS:
            offered = self.complete(era, {"type": "ref/prompt", "name": "count"}, "").result["completion"]
            self.assertEqual((100, 150, True), (len(offered["values"]), offered["total"], offered["hasMore"]))

    def test_is_empty_without_values(self):
        for era in ERAS:
            for ref, value in (({"type": "ref/prompt", "name": "count"}, "x"),
                               ({"type": "ref/prompt", "name": "test_prompt_with_arguments"}, "t"),
                               ({"type": "ref/resource", "uri": "test://template/{id}/data"}, "t"),
                               ({"type": "ref/resource", "uri": "test://static-text"}, "t")):
                self.assertEqual([], self.complete(era, ref, value).result["completion"]["values"])

    def test_of_an_unknown_reference_is_refused(self):
        for ref in ({"type": "ref/prompt", "name": "nobody"}, {"type": "ref/prompt"}, {"type": "ref/prompt", "name": 5},
                    {"type": "ref/tool", "name": "change"}, {"type": "ref/resource", "name": "count"}, {}, 5, None,
                    "count"):
            self.assert_refused("completion/complete", {"ref": ref, "argument": {"name": "from", "value": ""}},
                                "params.ref")

    def test_requires_an_argument_with_a_value(self):
        ref = {"type": "ref/prompt", "name": "count"}
        for argument in ({}, {"name": "from"}, {"value": ""}, {"name": 5, "value": ""}, {"name": "from", "value": 5},
                         [], "x"):
            self.assert_refused("completion/complete", {"ref": ref, "argument": argument}, "params.argument")
        self.assert_refused("completion/complete", {"ref": ref}, "params.argument")


class Paging(InBothEras):
    LISTS = {"tools/list": ("tools", "name"), "prompts/list": ("prompts", "name"),
             "resources/list": ("resources", "uri"), "resources/templates/list": ("resourceTemplates", "uriTemplate")}
    config = settings(*PLUGINS, server={"page_size": 1})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = Server(settings(*PLUGINS, server={"page_size": 2}))

    @classmethod
    def tearDownClass(cls):
        cls.other.stop()
        super().tearDownClass()

    def walk(self, era, method):
        """All entries' names page by page, and every cursor on the way."""
        member, name = self.LISTS[method]
        names, cursors = [], [None]
        while len(cursors) <= 200:
            result = self.ask(era, method, overlay({"cursor": cursors[-1]}, {})).result
            self.assertEqual(1, len(result[member]))
            names += [one[name] for one in result[member]]
            if "nextCursor" not in result:
                return names, cursors[1:]
            cursors.append(result["nextCursor"])
        raise AssertionError("there is no end to it")

    def test_returns_each_entry_exactly_once(self):
        for method, (member, name) in self.LISTS.items():
            whole, cursor = [], None
            while True:
                result = self.other.modern(method, overlay({"cursor": cursor}, {})).result
                whole += [one[name] for one in result[member]]
                cursor = result.get("nextCursor")
                if not cursor:
                    break
            for era in ERAS:
                with self.subTest(method, era=era):
                    self.assertEqual(whole, self.walk(era, method)[0])
            self.assertEqual(len(whole), len(set(whole)))

    def test_accepts_a_cursor_of_the_other_era(self):
        for method in self.LISTS:
            self.assertEqual(self.walk("modern", method), self.walk("legacy", method))

    def test_refuses_a_cursor_of_another_list(self):
        of_list = {method: self.walk("modern", method)[1][0] for method in self.LISTS}
        of_other = {method: self.other.modern(method).result.get("nextCursor") for method in self.LISTS}
        for method, (member, _) in self.LISTS.items():
            own = of_list[method]
            stamp, page = own.rsplit("-", 1)
            cursors = [cursor for other, cursor in of_list.items() if other != method]
            cursors += [cursor for cursor in of_other.values() if cursor]
            cursors += ["", "0", "1", "-1", secrets.token_hex(20), "x" * 100_000, "\u0000", "ü", own + "0" * 30,
                        own + " ", " " + own, own + "\u0000", own[:-1], own[1:], own.upper(), f"{stamp}-0",
                        f"{stamp}--1", f"{stamp}-+1", f"{stamp}-1.0", f"{stamp}-{2**64}", f"{stamp}-999",
                        ("0" if own[0] != "0" else "1") + own[1:],
                        5, True, [], {}, [own], {"cursor": own}, 1e300]
            for cursor in cursors:
                if cursor != own:
                    self.assert_refused(method, {"cursor": cursor}, "Repeat the request without a cursor")
            self.assertEqual(1, len(self.server.modern(method, {"cursor": own}).result[member]))
