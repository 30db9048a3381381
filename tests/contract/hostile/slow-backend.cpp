// An auth backend that waits before each answer and allows the host to remember its grants. It logs the credential id
// of every check. A token is COMMAND-ID:
//   grant-ID      grants, until ID is revoked
//   revoke-ID     revokes ID, and refuses
//   overtaken-ID  grants; the first time it revokes ID before the answer
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

std::int64_t number_option(const setup& s, const char* name) {
    const auto found = s.options().find(name);
    return found ? found->i64() : 0;
}

class backend {
public:
    explicit backend(setup& s)
        : log_(s.log), grants_(s.grants()), delay_(number_option(s, "delay_ms")), keep_(number_option(s, "keep")),
          lifetime_(number_option(s, "expires_in")) {}

    decision decide(const facts& shown) {
        const auto dash = shown.token.find('-');
        const std::string command(shown.token.substr(0, dash));
        const std::string id(dash == std::string_view::npos ? std::string_view() : shown.token.substr(dash + 1));
        log_(severity::info, "asked about " + id + " by " + std::string(shown.peer));
        std::this_thread::sleep_for(delay_);
        const std::lock_guard lock(mutex_);
        if (command == "revoke") {
            revoked_.insert(id);
            grants_.forget(id);
            return refuse(refusal::bad_token, id + " is revoked now");
        }
        if (command == "overtaken" && overtaken_.insert(id).second) grants_.forget(id);
        if (revoked_.contains(id)) return refuse(refusal::bad_token, id + " is revoked");
        return grant{.subject = "ann",
                     .scopes = {"*"},
                     .credential = id,
                     .expires = lifetime_ ? shown.now + lifetime_ : 0,
                     .keep = keep_};
    }

private:
    const toolrack::log log_;
    const grants grants_;
    const std::chrono::milliseconds delay_;
    const std::chrono::seconds keep_;
    const std::int64_t lifetime_;  // seconds; 0: does not expire
    std::mutex mutex_;
    std::set<std::string> revoked_, overtaken_;
};

}  // namespace

TOOLRACK_PLUGIN("org.example.slow-backend", "1.0.0", R"({"kinds":["auth"],"options":{"type":"object"}})")
(toolrack::setup& s) {
    const auto here = std::make_shared<backend>(s);
    s.auth(trait::tokenless, [here](const facts& shown) { return here->decide(shown); });
}
