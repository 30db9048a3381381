// What is valid at the moment: the keys, and what was revoked.
//
// An immutable snapshot that is replaced as a whole, so that a check takes it and waits for nobody. A file that
// cannot be read any more changes nothing: the last good one counts, and the log says so once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/trusted_file.hpp"
#include "token_verifier.hpp"
#include "jwt/prepared_keys.hpp"
#include "token/revocations.hpp"

class key_snapshot {
public:
    struct paths {
        std::filesystem::path keys;
        std::filesystem::path revoked;  // empty: revoked.list beside the keys, and it may be absent
    };
    struct snapshot {
        std::shared_ptr<const toolrack::jwt::prepared_keys> keys;
        std::shared_ptr<const toolrack::token::revocations> revoked;
    };

    // Throws failure when the files are not good to begin with.
    key_snapshot(paths from, token_verifier::outlet to);

    std::shared_ptr<const snapshot> now() const {
        // Held for the copy of a pointer. (std::atomic<std::shared_ptr> of g++ 12 is a lock as well, and
        // ThreadSanitizer does not understand it.)
        const std::lock_guard hold(mutex_);
        return now_;
    }

    // With no mark: what changed since they were read is looked at when the watch begins.
    std::map<std::filesystem::path, toolrack::file_mark> files() const {
        return {{paths_.keys, {}}, {paths_.revoked, {}}};
    }

    // Only for one thread at a time.
    void look_again();
    void a_second_passed();

private:
    using accepted = std::vector<std::pair<std::string, toolrack::jwt::mac::tag>>;  // kid, and what tells a key apart

    void read_list_again();
    void read_keys_again();
    void end_keys_in_time();
    void look_at_keys();
    std::string look_at_list();  // what there is to complain about
    void say_once(std::string& said, const std::string& complaint, const std::filesystem::path& file);
    void replace(snapshot next);
    void take_back(const toolrack::token::revocations& more);

    paths paths_;
    token_verifier::outlet to_;
    toolrack::token::revocations_reader reader_;
    bool had_list_ = false;
    bool list_is_shut_ = false, keys_are_shut_ = false;  // nothing could be read from it when it was last tried
    std::string said_of_keys_, said_of_list_;  // the complaint that was logged last; empty: all is well
    accepted accepted_;                        // when somebody last looked
    mutable std::mutex mutex_;
    std::shared_ptr<const snapshot> now_;  // guarded by mutex_
};
