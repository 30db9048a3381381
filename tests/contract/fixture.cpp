// The plugin under test of the contract tests in this folder.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

// Runs functions on threads that are joined when the instance is destroyed.
class thread_pool {
public:
    template <class Work>
    void run(Work work) {
        const std::lock_guard lock(mutex_);
        threads_.emplace_back(std::move(work));
    }

private:
    std::mutex mutex_;
    std::vector<std::jthread> threads_;
};

// Throws the named exception.
result throw_one(const std::string& what) {
    if (what == "tool_error") throw tool_error("try something else");
    if (what == "error") throw error(-32099, "not now", json::object({{"retry", 5}}));
    if (what == "runtime_error") throw std::runtime_error("internal canary");
    if (what == "int") throw 42;
    return text("nothing thrown");
}

void tools_that_answer(setup& s, std::shared_ptr<thread_pool> work) {
    const schema any = object({});
    s.tool("now", "Answers on return.", any, [](call& c) { return text(c.args().text()); }).quick();
    s.tool("later", "Answers from a thread.", any, [work](call c) {
        work->run([c = std::move(c)]() mutable {
            c.finish(
                text(c.args().at("text").str() + ' ' + std::string(c.subject()) + ' ' + std::string(c.scopes().at(0))));
        });
    });
    s.tool("twice", "Tries to answer twice.", any, [](call c) {
        c.finish(text("first"));
        c.finish(text("second"));
        c.fail(code::internal_error, "third");
        c.progress(1);
    });
    s.tool("early", "Answers before it returns an answer.", any, [](call& c) {
        c.finish(text("early"));
        return text("late");
    });
    s.tool("fails", "Fails.", any, [](call c) { c.fail(-32050, "it broke", json::object({{"part", 7}})); });
    s.tool("scopes", "Returns which scopes are covered.", any, [](call& c) {
        std::string covered;
        for (const json::value& scope : c.args().at("of")) covered += c.has_scope(scope.str()) ? '1' : '0';
        return text(covered);
    });
    s.tool("progress", "Reports.", any, [](call& c) {
        c.progress(0.5, 2, "half of one");
        c.progress(1);
        c.log(severity::warning, json::object({{"disk", "full"}}), "storage");
        return text("reported");
    });
}

void tools_that_do_not_answer(setup& s, std::shared_ptr<thread_pool> work) {
    const schema any = object({});
    s.tool("drop", "Drops its call.", any, [](call) {});
    s.tool(
        "drop_later", "Drops its call on another thread.", any, [work](call c) { work->run([c = std::move(c)] {}); });
    s.tool("move_away", "Moves its call to another thread and returns.", any, [work](call& c) {
        work->run([c = std::move(c)]() mutable { c.finish(text(c.name())); });
        return text("ignored");
    });
    s.tool("throw", "Throws.", any, [](call& c) { return throw_one(c.args().at("what").str()); });
    s.tool("throw_owning", "Throws while it owns the call.", any, [](call c) {
        c.finish(throw_one(c.args().at("what").str()));
    });
    s.tool("throw_after", "Throws after the call was moved away.", any, [work](call c) {
        work->run([c = std::move(c)]() mutable { c.finish(text("answered")); });
        throw std::runtime_error("too late");
    });
}

void tools_that_wait(setup& s, std::shared_ptr<thread_pool> work) {
    const schema any = object({});
    s.tool("wait", "Waits until it is cancelled.", any, [](call& c) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        const bool stopped = !wake.wait_for(lock, c.stop_token(), std::chrono::seconds(10), [] { return false; });
        return text(stopped && c.cancelled() ? "cancelled" : "timed out");
    });
    s.tool("wait_owning", "Waits on another thread until it is cancelled.", any, [work](call c) {
        work->run([c = std::move(c)]() mutable {
            std::atomic_int woken = 0;
            const cancel_hook hook = c.on_cancel([&] {
                woken.fetch_add(1);
                woken.notify_all();
            });
            woken.wait(0);
            c.finish(text(std::to_string(woken)));
        });
    });
    s.tool("hooked", "Registers for cancellation and answers.", any, [](call& c) {
        int woken = 0;
        const cancel_hook hook = c.on_cancel([&] { ++woken; });
        return text("done");
    });
    s.tool("hook_throws", "Throws when it is cancelled.", any, [](call& c) {
        std::stop_token stop = c.stop_token();
        const cancel_hook hook = c.on_cancel([] { throw std::runtime_error("oh"); });
        while (!stop.stop_requested()) std::this_thread::yield();
        return text("survived");
    });
}

void prompts_and_resources(setup& s) {
    s.prompt("review",
             "Asks for a review.",
             {{"code", "What to review"}, {.name = "style", .required = false}},
             [](call& c) {
                 return user("Review: " + c.args().at("code").str())
                     .also(assistant(image("AAAA", "image/png")))
                     .with("description", "A review");
             })
        .complete([](call&, std::string_view argument, std::string_view typed) {
            std::vector<std::string> all;
            for (int n = 0; n != 120; ++n)
                all.push_back(std::string(argument) + '=' + std::string(typed) + std::to_string(n));
            return all;
        });
    s.prompt("broken", "Throws.", {}, [](call& c) { return throw_one(c.args().at("what").str()); });
    s.resource("test://plain", "plain", "text/plain", [](call& c) {
        return resource_text(c.name(), "plain text").also(resource_blob(c.name(), "AA==", "x/y"));
    });
    s.template_("test://item/{id}/part/{+path}", "item", "text/plain", [](call& c) {
        if (c.variable("id") == "0") throw resource_not_found(c.name());
        return resource_text(c.name(), std::string(c.variable("id")) + '|' + std::string(c.variable("path")));
    });
}

// Asks for a name, then for a colour, then greets.
result ask_twice(call& c) {
    const auto answer = [&](const char* key) -> std::optional<std::string> {
        const auto response = c.responses().find(key);
        const auto content = response ? response->find("content") : std::nullopt;
        const auto value = content ? content->find(key) : std::nullopt;
        return value && value->is_string() ? std::optional(value->str()) : std::nullopt;
    };
    if (const auto name = c.state().find("name")) {
        if (const auto colour = answer("colour")) return text(name->str() + " likes " + *colour);
    } else if (const auto given = answer("name")) {
        return elicit("colour", "Which colour?", object({{"colour", string()}}))
            .with_state(json::object({{"name", *given}}));
    }
    return elicit("name", "What is your name?", object({{"name", string()}}))
        .also(elicit_url("page", "Look here.", "https://example.com/"))
        .also(sample("model", "Guess a name", 50))
        .also(roots("folders"));
}

decision decide(std::string_view token) {
    if (token == "good")
        return grant{.subject = "ann",
                     .scopes = {"a", "b:c"},
                     .credential = "key-1",
                     .issuer = "us",
                     .expires = 1000,
                     .keep = std::chrono::minutes(1)};
    if (token == "throw") throw std::runtime_error("internal canary");
    return refuse(refusal::bad_token, "unknown");
}

}  // namespace

TOOLRACK_PLUGIN("org.example.fixture", "1.2.3", R"({
    "kinds": ["tools", "auth"], "options": {"type": "object"}
})")
(toolrack::setup& s) {
    const auto mode = s.options().find("mode");
    const std::string what = mode ? mode->str() : "";
    if (what == "setup_error") throw setup_error("The database is unreachable; start it.");
    if (what == "missing_option") s.options().at("database");
    if (what == "throws_int") throw 42;

    const auto work = std::make_shared<thread_pool>();
    s.keep(work);
    tools_that_answer(s, work);
    tools_that_do_not_answer(s, work);
    tools_that_wait(s, work);
    prompts_and_resources(s);
    s.tool("ask", "Asks.", object({}), ask_twice);
    if (what == "duplicate") s.tool("ask", "Asks.", object({}), ask_twice);

    const auto count = std::make_shared<std::atomic_int>(0);
    s.tool("count", "Counts its calls.", object({}), [count](call&) { return text(std::to_string(++*count)); });
    s.tool("announce", "Reports changes.", object({}), [now = s.changes()](call& c) {
        now.list_changed("tool");
        now.resource_updated("test://plain");
        return text(c.name());
    });
    s.tool("forget", "Revokes grants.", object({}), [granted = s.grants()](call& c) {
        granted.forget("key-1");
        granted.forget_all();
        return text(c.name());
    });
    s.on_watch([log = s.log](std::string_view uri, bool on) {
        log(severity::info, std::string(on ? "watch " : "unwatch ") + std::string(uri));
    });

    if (what == "late_auth") {
        s.auth(trait::none, [work](check asked) {
            if (asked.facts().token == "throw") throw std::runtime_error("internal canary");
            if (asked.facts().token == "drop") return;
            work->run([asked = std::move(asked)]() mutable { asked.answer(decide(asked.facts().token)); });
        });
    } else {
        s.auth(trait::quick | trait::tokenless, [](const facts& shown) {
             return decide(shown.token);
         }).metadata(json::object({{"scopes_supported", json::array({"a"})}}));
    }
    if (what == "two_auths") s.auth(trait::none, [](const facts&) { return grant{.subject = "x"}; });
}
