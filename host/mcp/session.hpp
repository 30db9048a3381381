// One legacy session: what a client and the server have open with each other between messages.
//
// A client's messages arrive on many connections, and so on many I/O threads: what one of them began
// another may answer, cancel or take up again. Everything here is bounded. Thread-safe.
// (2025-11-25, basic/transports and basic/lifecycle.)
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mcp/event_stream.hpp"
#include "mcp/notices.hpp"
#include "plugin/in_flight.hpp"
#include "wire/era.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

// What a client said to a request of ours.
struct client_answer {
    bool is_error = false;
    std::string json;  // the result, or the error object
};

class session {
public:
    session(const identity::principal& who, const wire::version& version, std::string client)
        : subject_(who.subject()), issuer_(who.issuer()), version_(version), client_(std::move(client)) {}

    bool belongs_to(const identity::principal& who) const {
        return subject_ == who.subject() && issuer_ == who.issuer();
    }
    const wire::version& version() const noexcept { return version_; }
    // {"name", "version", "capabilities"}, as the client said.
    const std::string& client() const noexcept { return client_; }

    std::atomic<log_level> level = log_level::info;

    // Calls that the client may cancel. `cancel` is run on whatever thread brings the wish.
    void add_call(std::string_view id, std::function<void()> cancel);
    void remove_call(std::string_view id);
    void cancel_call(std::string_view id);

    // Questions to the client. The answer is waited for on `home`.
    struct question {
        std::string id;  // JSON text
        std::shared_ptr<plugin::in_flight<client_answer>> answer;
    };
    question ask(executor home);
    void forget(const question& asked);
    // An answer to nothing that was asked is dropped.
    void answer(std::string_view id, client_answer said);

    // The stream that belongs to no request, and those that do. The last of these are kept after their end, for who
    // comes back.
    const std::shared_ptr<event_stream>& standalone() const noexcept { return standalone_; }
    std::shared_ptr<event_stream> open_stream();
    void drop(const std::shared_ptr<event_stream>& stream);
    std::shared_ptr<event_stream> find_stream(std::uint64_t number) const;

    // False when it was (or was not) subscribed already, or there are too many. The one who asks last is
    // the one whose scopes count: a session's caller may come with another token.
    bool subscribe(std::string_view uri, const identity::principal& who);
    bool unsubscribe(std::string_view uri);
    bool is_subscribed(std::string_view uri) const;
    // Ends the subscriptions to what may no longer be heard; they are returned.
    std::vector<std::string> review(const std::function<bool(const identity::principal&, std::string_view uri)>& may_hear);
    std::set<std::string, std::less<>> subscriptions() const;

    // The server ends: whoever waits for a client's answer goes on without it. How many questions that were.
    std::size_t cut_off();

    // Ends what is open: calls are cancelled, questions dropped, streams closed.
    void end();

private:
    const std::string subject_, issuer_;
    const wire::version& version_;
    const std::string client_;
    const std::shared_ptr<event_stream> standalone_ = std::make_shared<event_stream>(0);

    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::function<void()>> calls_;
    std::unordered_map<std::string, std::shared_ptr<plugin::in_flight<client_answer>>> questions_;
    std::deque<std::shared_ptr<event_stream>> streams_;
    std::map<std::string, identity::principal, std::less<>> subscriptions_;
    bool is_over_ = false;  // nobody would end what begins now
    std::uint64_t next_question_ = 1;
    std::uint64_t next_stream_ = 1;
};

}  // namespace toolrack::mcp
