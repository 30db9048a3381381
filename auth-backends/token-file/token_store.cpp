#include "token_store.hpp"

#include <chrono>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "token/bearer.hpp"
#include "token/credential_files.hpp"
#include "token/list.hpp"
#include "token_table.hpp"

namespace {

using namespace toolrack;
using std::chrono::seconds;

using token_files = token::credential_files<token_table>;

// Why a token of the list is refused; null when it is not.
const char* refusal_of(const token_files::snapshot& files,
                       const token_table::entry& entry,
                       std::string_view id,
                       std::string_view peer,
                       std::int64_t now) {
    if (files.revoked->tokens.contains(id) ||
        files.revoked->is_principal_revoked(*entry.principal, sys_seconds(seconds(entry.created))))
        return "the token was revoked";
    if (entry.expires != 0 && now >= entry.expires) return "the token has expired";
    if (now < entry.not_before) return "the token is not valid yet";
    if (!token_table::is_allowed_source(entry, peer)) return "the token is not allowed from this address";
    return nullptr;
}

}  // namespace

class token_store::state {
public:
    state(const paths& files, token::backend_callbacks callbacks)
        : callbacks_(callbacks), last_use_file_(files.last_use), uses_(token::read_last_uses(files.last_use)),
          files_({.credentials = files.list,
                  .revocations = files.revocations,
                  .longest_credentials = token::longest_list,
                  .how_to_create = "\"toolrack token new\" creates a list.",
                  .ids = &token::revocations::tokens},
                 std::move(callbacks),
                 {.parse =
                      [list = files.list.string()](std::string_view text) {
                          return std::make_shared<const token_table>(token::read_list(text, list));
                      },
                  .replaced = [this](const token_table& before, const token_table& now) { replace(before, now); },
                  .each_second =
                      [this] {
                          end_shortened_tokens();
                          save_uses_regularly();
                      }}) {
        if (files_.now()->credentials->size() == 0)
            callbacks_.log(token::log_level::warning,
                           "the list " + files.list.string() + " is empty; \"toolrack token new\" adds a token");
    }
    ~state() { save_uses(); }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    decision decide(std::string_view bearer, std::string_view peer, std::int64_t time) const {
        const auto id = token::id_of(bearer);
        if (!id) return {.result = outcome::not_ours, .why = "it is not a token of the form trk_ID_SECRET_CHECK"};
        const auto now = files_.now();
        const auto* entry = now->credentials->find(bearer, *id);
        if (!entry) return {.why = "no token with the id " + std::string(*id) + " is in the list", .may_be_new = true};
        if (const char* why = refusal_of(*now, *entry, *id, peer, time))
            return {.why = std::string(why) + " (" + std::string(*id) + ", " + *entry->principal + ')'};
        now->credentials->note_use(*entry, time);
        return {.result = outcome::granted,
                .why = {},
                .subject = *entry->principal,
                .credential = std::string(*id),
                .scopes = *entry->scopes,
                .expires = entry->expires};
    }

    bool after_reload(std::function<void()> then) const { return files_.after_reload(std::move(then)); }
    void stop() { files_.stop(); }

private:
    void replace(const token_table& before, const token_table& now) {
        for (const auto& id : before.removed_in(now)) callbacks_.forget(id);
        for (auto& expiry : before.shortened_in(now)) expiries_.insert(std::move(expiry));
        before.collect_uses(uses_);
    }

    // A grant from before a rotation has the old expiry. It ends at the new one, not at the time of the rotation.
    void end_shortened_tokens() {
        const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
        while (!expiries_.empty() && expiries_.begin()->first <= now) {
            callbacks_.forget(expiries_.begin()->second);
            expiries_.erase(expiries_.begin());
        }
    }

    void save_uses_regularly() {
        constexpr auto interval = seconds(10);
        if (std::chrono::steady_clock::now() < next_save_) return;
        next_save_ = std::chrono::steady_clock::now() + interval;
        save_uses();
    }

    void save_uses() {
        auto uses = uses_;
        files_.now()->credentials->collect_uses(uses);
        if (uses == uses_) return;
        try {
            token::add_last_uses(last_use_file_, uses);
            uses_ = std::move(uses);
            if (std::exchange(is_save_failing_, false))
                callbacks_.log(token::log_level::info, "the last use of tokens is saved again");
        } catch (const std::exception& error) {
            if (std::exchange(is_save_failing_, true)) return;
            callbacks_.log(token::log_level::warning,
                           std::string("cannot save the last use of tokens: ") + error.what() +
                               " The option last_use names another file.");
        }
    }

    const token::backend_callbacks callbacks_;

    // Used by the thread of the list only.
    const std::filesystem::path last_use_file_;
    token::last_uses uses_;
    std::multimap<std::int64_t, std::string>
        expiries_;  // seconds since 1970, of tokens whose expiry was brought forward
    std::chrono::steady_clock::time_point next_save_{};
    bool is_save_failing_ = false;

    token_files files_;  // last: its threads use all other members
};

token_store::token_store(const paths& files, token::backend_callbacks callbacks)
    : state_(std::make_unique<state>(files, std::move(callbacks))) {}
// First of all the threads, whose last callbacks may still call decide().
token_store::~token_store() { state_->stop(); }

bool token_store::after_reload(std::function<void()> then) const { return state_->after_reload(std::move(then)); }

token_store::decision token_store::decide(std::string_view token, std::string_view peer, std::int64_t now) const {
    return state_->decide(token, peer, now);
}
