// Reads the two files of an auth backend, its credentials and its revocation list, and reads each again when it
// changes.
//
// Each file has a thread of its own, so that a revocation never waits for a long list, and an error in one file never
// delays the other. When a file cannot be used, its previous content stays in force, the error is logged once, and the
// backend is degraded until the file is valid again. Revoked credentials stay revoked, whatever happens to the list.
//
// Backends use credential_files, which holds what was read.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/file_watch.hpp"
#include "base/mutex.hpp"
#include "token/backend_callbacks.hpp"
#include "token/revocations.hpp"

namespace toolrack::token {

struct credential_settings {
    std::filesystem::path credentials, revocations;
    std::size_t longest_credentials = 0;  // bytes
    std::string how_to_create = {};       // the credentials; ends the error of a start
    bool must_have_revocations = false;   // when false, a list that is missing at the start is empty
    // The ids of a revocation list that are credentials of this backend.
    std::set<std::string, std::less<>> revocations::*ids = &revocations::tokens;
};

class credential_watch {
public:
    struct handlers {
        // Parses and stores the credentials. An exception, whose message is one sentence, keeps the previous ones.
        std::function<void(std::string_view text)> use_credentials;
        std::function<void(std::shared_ptr<const revocations>)> use_revocations;
        std::function<void()> each_second;  // on the thread of the credentials
    };

    // Calls the handlers for both files before it returns. Throws std::exception, one full sentence, when a file cannot
    // be used.
    credential_watch(credential_settings settings, backend_callbacks callbacks, handlers handlers);
    // Joins both threads.
    ~credential_watch();
    credential_watch(const credential_watch&) = delete;
    credential_watch& operator=(const credential_watch&) = delete;

    // Any thread; does not wait. `then` runs on the thread of the credentials after every change of them up to now was
    // read. False, and `then` never runs, when too many callbacks are queued already.
    bool after_reload(std::function<void()> then);

private:
    enum which : std::size_t { credentials, revoked };

    void read_credentials();
    void reload_credentials();
    std::optional<std::string> read_revocations();
    void reload_revocations();
    void add_revocations(const revocations& more);
    void set_error(which file, const std::string& sentence) TOOLRACK_EXCLUDES(errors_mutex_);

    const credential_settings settings_;
    const backend_callbacks callbacks_;
    const handlers handlers_;

    mutex errors_mutex_;
    std::array<std::string, 2> errors_ TOOLRACK_GUARDED_BY(errors_mutex_);  // by file; empty: none

    bool is_credentials_file_unreadable_ = false;  // thread of the credentials

    // Thread of the revocation list.
    bool is_revocation_list_unreadable_ = false;
    bool had_revocation_list_ = false;
    incremental_parser parser_;
    std::shared_ptr<const revocations> revocations_ = std::make_shared<const revocations>();

    std::unique_ptr<file_watch> credentials_watch_, revocations_watch_;
};

}  // namespace toolrack::token
