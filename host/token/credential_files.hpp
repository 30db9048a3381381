// The credentials and the revocations of an auth backend, kept up to date with their files by credential_watch.
//
// A check takes an immutable snapshot of both and never waits for a file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/mutex.hpp"
#include "token/credential_watch.hpp"

namespace toolrack::token {

template <typename Credentials>
class credential_files {
public:
    struct snapshot {
        std::shared_ptr<const Credentials> credentials;
        std::shared_ptr<const revocations> revoked;
    };
    struct handlers {
        // Throws std::exception, one sentence, when the text is not valid.
        std::function<std::shared_ptr<const Credentials>(std::string_view text)> parse;
        // On the thread of the credentials, after the new ones are in force.
        std::function<void(const Credentials& before, const Credentials& now)> replaced;
        std::function<void()> each_second;  // on the same thread
    };

    // Throws std::exception, one full sentence, when a file cannot be used. `callbacks` must stay valid until stop().
    credential_files(credential_settings settings, backend_callbacks callbacks, handlers handlers)
        : handlers_(std::move(handlers)),
          watch_(std::in_place,
                 std::move(settings),
                 std::move(callbacks),
                 credential_watch::handlers{[this](std::string_view text) { use_credentials(text); },
                                            [this](auto revoked) { use_revocations(std::move(revoked)); },
                                            handlers_.each_second}) {}

    // Any thread; never waits for a file.
    std::shared_ptr<const snapshot> now() const {
        // Held while a pointer is copied. (std::atomic<std::shared_ptr> of g++ 12 is a lock as well, and
        // ThreadSanitizer does not understand it.)
        const lock_guard lock(mutex_);
        return now_;
    }

    bool after_reload(std::function<void()> then) const { return watch_->after_reload(std::move(then)); }

    // Joins the threads; their callbacks may still call now(). Nothing changes afterwards.
    void stop() { watch_.reset(); }

private:
    void use_credentials(std::string_view text) {
        auto next = handlers_.parse(text);
        const auto before = exchange([&](snapshot& now) { now.credentials = next; });
        if (before->credentials) handlers_.replaced(*before->credentials, *next);
    }
    void use_revocations(std::shared_ptr<const revocations> next) {
        exchange([&](snapshot& now) { now.revoked = std::move(next); });
    }

    template <typename Change>
    std::shared_ptr<const snapshot> exchange(Change change) {
        const lock_guard lock(mutex_);
        auto next = std::make_shared<snapshot>(*now_);
        change(*next);
        return std::exchange(now_, std::move(next));
    }

    const handlers handlers_;
    mutable mutex mutex_;
    std::shared_ptr<const snapshot> now_ TOOLRACK_GUARDED_BY(mutex_) = std::make_shared<const snapshot>(snapshot{
        nullptr, std::make_shared<const revocations>()});
    mutable std::optional<credential_watch> watch_;  // last: its threads use all other members
};

}  // namespace toolrack::token
