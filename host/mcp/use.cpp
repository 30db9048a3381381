#include "mcp/use.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "mcp/result.hpp"
#include "mcp/server.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr int most_rounds = 20;
constexpr auto longest_wait_for_client = std::chrono::minutes(10);
constexpr std::size_t most_questions = 20;

std::string reason(const plugin::instance& from, std::string_view why, bool retriable) {
    std::string data = R"({"plugin":)";
    json::write_string(data, from.name());
    data += R"(,"reason":)";
    json::write_string(data, why);
    data += R"(,"retriable":)";
    data += retriable ? "true" : "false";
    data += '}';
    return data;
}

std::string in_words(std::chrono::milliseconds duration) {
    if (duration.count() % 1000 == 0) return std::to_string(duration.count() / 1000) + " s";
    return std::to_string(duration.count()) + " ms";
}

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

// A URL to visit has an id in 2025-11-25 (client/elicitation), which features that are written for all
// versions do not give it.
std::string legacy_params(const json::value& params) {
    if (wire::string_member(params, "mode") != "url" || params.find("elicitationId")) return std::string(params.text());
    std::string text = R"({"elicitationId":")" + random_id(16) + '"';
    wire::append_members(text, params, {});
    return text + '}';
}

// A form that nobody waits for any more is not left open. (2025-11-25, basic/lifecycle, "Timeouts".)
std::string taken_back(const session::question& question) {
    return wire::notification("notifications/cancelled", R"({"requestId":)" + question.id + '}');
}

// What was asked of a plugin, or of the client for it, when there was no more time for either.
void give_up(const request_context& asked, const plugin::instance& from, const std::string& shown) {
    asked.fail(code::internal_error,
               capitalised("the " + shown) + " was given up, because this server ends. It may have been done, or not.",
               200, reason(from, "stopping", true), wire::outcome::unanswered);
}

// A modern client cancels by leaving, a legacy one by saying so; either wish arrives here, on the
// request's own thread. Taken back when the request is over.
class cancellation {
public:
    cancellation(const request_context& asked, std::function<void()> then)
        : asked_(asked), then_(std::make_shared<std::function<void()>>(std::move(then))) {
        if (asked.session) {
            asked.session->add_call(asked.message.id, [home = asked.to.get_executor(), weak = std::weak_ptr(then_)] {
                asio::post(home, [weak] {
                    if (const auto run = weak.lock()) (*run)();
                });
            });
        } else if (asked.is_modern()) {
            asked.to.on_closed(*then_);
        }
    }
    ~cancellation() {
        if (asked_.session) asked_.session->remove_call(asked_.message.id);
        else if (asked_.is_modern()) asked_.to.on_closed(nullptr);
    }
    cancellation(const cancellation&) = delete;
    cancellation& operator=(const cancellation&) = delete;

private:
    const request_context& asked_;
    std::shared_ptr<std::function<void()>> then_;
};

}  // namespace

wire::reply server::too_many(std::string_view id, const identity::principal& who, const auth::excess& over) const {
    if (refusals_logged_.allows_another())
        around_.log.info("{} was told to wait: {}", printable(who.subject(), 100), over.sentence);
    std::string data = R"({"reason":")" + std::string(over.reason) + R"(","retriable":true,"retryAfterMs":)" +
                       std::to_string(over.wait.count()) + '}';
    auto reply = wire::error_reply(id, code::internal_error, over.sentence, 429, data);
    reply.retry_after = auth::whole_seconds(over.wait);
    return reply;
}

awaitable<void> server::use(const request_context& asked, const invocation& what) const {
    auto call_permit = allowed_.begin_call(asked.who);
    if (!call_permit) co_return asked.response_writer.finish(too_many(asked.message.id, asked.who, call_permit.error()));
    round now;
    if (asked.is_modern() && what.may_ask) {
        auto read = states_.read(asked.message, asked.who);
        if (!read) co_return asked.fail(code::invalid_params, read.error().why());
        now = std::move(*read);
    }
    for (int rounds = 0; rounds < most_rounds; ++rounds) {
        std::optional<plugin::answer> answer;
        if (what.may_be_task) answer = co_await run_or_become_task(asked, what, now, *call_permit);
        else answer = co_await run(asked, what, now);
        if (!answer) co_return;
        if (answer->kind != plugin::answer::kind::input_required) co_return finish(asked, what, *answer);

        const json::value said(answer->json);
        const auto requests = said.find("inputRequests"), state = said.find("state");
        const bool asks = requests && requests->is_object() && requests->size() > 0;
        const bool fits = !state || state->text().size() <= seal::longest;
        if (!what.may_ask || (!asks && !state) || !fits) {
            around_.log.error("{}: {} asked for input that cannot be had", what.feature.from->name(), what.shown);
            co_return finish(asked, what, {plugin::answer::kind::invalid, {}});
        }
        if (asks) {
            const auto missing = missing_capabilities(*requests, json::value(asked.client));
            if (!missing) {
                around_.log.error("{}: {}: {}", what.feature.from->name(), what.shown, missing.error().why());
                co_return finish(asked, what, {plugin::answer::kind::invalid, {}});
            }
            if (*missing) co_return refuse_input(asked, what, **missing);
        }

        if (asked.is_modern()) {
            std::string members;
            if (asks) members += R"("inputRequests":)" + std::string(requests->text());
            if (state) {
                if (!members.empty()) members += ',';
                members += R"("requestState":)";
                json::write_string(members, states_.keep(state->text(), asked.message, asked.who));
            }
            co_return asked.response_writer.finish(result_of_type(asked.message.id, "input_required", members));
        }
        std::optional<std::string> responses("{}");
        if (asks) responses = co_await ask_client(asked, what, *requests);
        if (!responses) co_return;
        now.responses = std::move(*responses);
        now.state = state ? std::string(state->text()) : std::string();
    }
    around_.log.error("{}: {} asked for input {} times", what.feature.from->name(), what.shown, most_rounds);
    finish(asked, what, {plugin::answer::kind::invalid, {}});
}

// One round in the plugin. Nothing when the request has been answered, or is over, without it.
awaitable<std::optional<plugin::answer>> server::run(const request_context& asked, const invocation& what, const round& now) const {
    auto& from = *what.feature.from;
    const auto limit = what.limit.value_or(from.settings().timeout);
    const auto& trace = asked.message.meta.traceparent;
    const plugin::request request{asked.message.method,
                                  what.name,
                                  asked.message.params.text(),
                                  asked.client,
                                  now.responses,
                                  now.state,
                                  trace ? trace->raw_string().value_or("") : std::string_view(),
                                  asked.who,
                                  around_.clock.now() + limit};

    const listening listener(asked.message, asked.log_from);
    const auto until = std::chrono::steady_clock::now() + limit;
    const auto call = from.start(request, what.feature.quick, asked.to.get_executor(),
                                 [&listener, &asked](std::string method, std::string said) {
                                     if (method == "toolrack/poll") asked.response_writer.hang_up();
                                     else if (auto text = listener.fit(method, said)) asked.response_writer.say(std::move(*text));
                                 });
    bool is_cancelled = false;
    if (!call->is_answered()) {
        const cancellation wish(asked, [&from, &is_cancelled, call] {
            is_cancelled = true;
            from.cancel(call);
        });
        co_await call->wait(until);
    }
    auto answer = call->take();
    call->abandon();  // whatever is still on its way has nobody to go to
    if (answer) co_return answer;
    if (is_cancelled) {
        asked.response_writer.fall_silent();
        co_return std::nullopt;
    }
    from.cancel(call);
    if (call->is_cut_off()) {
        give_up(asked, from, what.shown);
        co_return std::nullopt;
    }
    around_.log.warning("{}: {} did not answer within {}", from.name(), what.shown, in_words(limit));
    asked.fail(code::internal_error,
               capitalised("the " + what.shown) + " did not answer within " + in_words(limit) + ".",
               200, reason(from, "timeout", true), wire::outcome::timed_out);
    co_return std::nullopt;
}

// Sends a legacy client what a feature asks, and gathers the answers under the same keys. Nothing when
// the request has been answered, or is over, without them.
awaitable<std::optional<std::string>> server::ask_client(const request_context& asked,
                                                         const invocation& what,
                                                         const json::value& requests) const {
    const auto fail = [&](std::string_view why) {
        const auto sentence = capitalised("the " + what.shown) + " needs input from the client, " + std::string(why);
        if (what.is_tool) asked.response_writer.finish(tool_failure(asked.message.id, asked.version, sentence));
        else asked.fail(code::internal_error, sentence);
    };
    if (!asked.session || !asked.response_writer.can_speak()) {
        fail("which can be asked only in a session, on a stream.");
        co_return std::nullopt;
    }
    if (requests.size() > most_questions) {
        fail("and more of it than can be asked at once.");
        co_return std::nullopt;
    }

    std::vector<std::pair<std::string, session::question>> open;
    for (const auto& request : requests) {
        open.emplace_back(request.key(), asked.session->ask(asked.to.get_executor()));
        std::string text = R"({"jsonrpc":"2.0","id":)" + open.back().second.id + R"(,"method":)";
        text += request.at("method").text();
        if (const auto params = request.find("params")) text += R"(,"params":)" + legacy_params(*params);
        text += '}';
        asked.response_writer.say(std::move(text));
    }

    bool is_cancelled = false, is_cut_off = false;
    const cancellation wish(asked, [&is_cancelled, &open] {
        is_cancelled = true;
        for (const auto& [key, question] : open) question.answer->abandon();
    });
    const auto until = std::chrono::steady_clock::now() + longest_wait_for_client;
    std::string responses = "{";
    std::string why_not;
    std::size_t answered = 0;
    for (const auto& [key, question] : open) {
        if (!question.answer->is_answered()) co_await question.answer->wait(until);
        const auto said = question.answer->take();
        is_cut_off |= !said && question.answer->is_cut_off();
        if (said) ++answered;
        if (!said || said->is_error) {
            why_not = said ? "and the client answered with an error: " +
                                 printable(wire::string_member(json::value(said->json), "message").value_or(""), 300)
                           : "which did not come in time.";
            break;
        }
        if (responses.size() > 1) responses += ',';
        json::write_string(responses, key);
        responses += ':';
        responses += said->json;
    }
    responses += '}';
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto& question = open[i].second;
        asked.session->forget(question);
        if (i >= answered && !question.answer->is_answered()) asked.response_writer.say(taken_back(question));
    }
    if (is_cancelled) {
        asked.response_writer.fall_silent();
        co_return std::nullopt;
    }
    if (is_cut_off) {
        give_up(asked, *what.feature.from, what.shown);
        co_return std::nullopt;
    }
    if (!why_not.empty()) {
        fail(why_not);
        co_return std::nullopt;
    }
    co_return responses;
}

void server::refuse_input(const request_context& asked, const invocation& what, const std::string& missing) const {
    const auto sentence = capitalised("the " + what.shown) +
                          " needs something from the client that the client did not declare as a capability: " +
                          missing;
    if (asked.is_modern())
        asked.fail(code::missing_client_capability, sentence, 400, R"({"requiredCapabilities":)" + missing + '}');
    else if (what.is_tool)
        asked.response_writer.finish(tool_failure(asked.message.id, asked.version, sentence));
    else
        asked.fail(code::invalid_request, sentence);
}

void server::finish(const request_context& asked, const invocation& what, const plugin::answer& answer) const {
    auto& from = *what.feature.from;
    switch (answer.kind) {
    case plugin::answer::kind::done: {
        if (!json::value(answer.json).find(what.member)) {
            around_.log.error("{}: {} answered without \"{}\"", from.name(), what.shown, what.member);
            return asked.fail(code::internal_error,
                              capitalised("the " + what.shown) + " gave an answer that is not whole.",
                              200, reason(from, "invalid answer", false));
        }
        auto reply = plugin_result(asked.message.id, asked.version, answer.json,
                                   what.is_cacheable && asked.version.cache_hints);
        if (what.is_tool && is_tool_error(answer.json)) reply.outcome = wire::outcome::tool_error;
        return asked.response_writer.finish(std::move(reply));
    }
    case plugin::answer::kind::failed:
        return asked.response_writer.finish(plugin_error(asked.message.id, asked.version, answer.json));
    case plugin::answer::kind::busy:
        return asked.fail(code::internal_error, capitalised("the " + what.shown) + " is busy. Try again in a moment.",
                          200, reason(from, "busy", true), wire::outcome::busy);
    case plugin::answer::kind::lost:
        return asked.fail(code::internal_error,
                          capitalised("the " + what.shown) + " was lost: the process of the plugin " + from.name() +
                              " ended while it worked. It may have been done, or not.",
                          200, reason(from, "crashed", true));
    case plugin::answer::kind::suspended:
        return asked.fail(code::internal_error,
                          capitalised("the " + what.shown) + " is not to be had now: the process of the plugin " +
                              from.name() + " ended again and again; the server's log says why.",
                          200, reason(from, "suspended", false));
    case plugin::answer::kind::input_required:
    case plugin::answer::kind::invalid:
        return asked.fail(code::internal_error,
                          capitalised("the " + what.shown) +
                              " gave an answer that cannot be passed on; the server's log says why.",
                          200, reason(from, "invalid answer", false));
    }
}

}  // namespace toolrack::mcp
