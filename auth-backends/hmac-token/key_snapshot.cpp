#include "key_snapshot.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

#include "base/error.hpp"
#include "base/trusted_file.hpp"
#include "jwt/keys_file.hpp"

namespace jwt = toolrack::jwt;
namespace token = toolrack::token;
namespace fs = std::filesystem;

namespace {

std::int64_t today() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

key_snapshot::paths completed(key_snapshot::paths paths) {
    if (paths.revoked.empty()) paths.revoked = paths.keys.parent_path() / "revoked.list";
    return paths;
}

// Nothing when there is no list.
std::optional<token::revocations_read> read_list(const fs::path& file, token::revocations_reader& by) {
    if (toolrack::mark_of(file) == toolrack::file_mark{}) return std::nullopt;
    const auto found = toolrack::read_trusted(file, token::longest_revocations, toolrack::readers::anyone);
    if (!found)
        throw toolrack::failure("The revocation list " + file.string() +
                                " cannot be used: " + found.error().why() + ".");
    return by.read(found->bytes);
}

std::string complaint_about(const token::revocations_read& list, const fs::path& file) {
    if (list.broken_lines.empty()) return "";
    return file.string() + ":" + std::to_string(list.broken_lines.front()) +
           ": the line is not a revocation; expected TIME KIND VALUE [REASON], such as: 2027-01-15T08:00:00Z jti "
           "4f1c9a0d27b35e68";
}

}  // namespace

key_snapshot::key_snapshot(paths from, token_verifier::outlet to) : paths_(completed(from)), to_(std::move(to)) {
    const auto ring = jwt::load_keys(paths_.keys);
    const auto is_accepted = [now = today()](const jwt::key& one) { return one.is_accepted_at(now); };
    if (std::none_of(ring.keys().begin(), ring.keys().end(), is_accepted))
        throw toolrack::failure("The keys file " + paths_.keys.string() +
                                " has no key that is accepted, so nobody could be let in. Make one with: "
                                "toolrack key new --keys " +
                                paths_.keys.string());
    auto list = read_list(paths_.revoked, reader_);
    if (!list && !from.revoked.empty())
        throw toolrack::failure("There is no revocation list " + paths_.revoked.string() +
                                ", though the configuration names it. Make an empty file there if nothing is revoked.");
    if (list && !list->broken_lines.empty()) throw toolrack::failure(complaint_about(*list, paths_.revoked));

    had_list_ = list.has_value();
    now_ = std::make_shared<const snapshot>(
        snapshot{std::make_shared<const jwt::prepared_keys>(ring),
                 std::make_shared<const token::revocations>(list ? std::move(list->taken_back)
                                                                 : token::revocations())});
    accepted_ = now_->keys->accepted_at(today());
}

void key_snapshot::look_again() {
    read_list_again();  // first, and on its own: it is what must not be delayed
    read_keys_again();
}

// What keeps a file from being read may be a folder above it, and then its own mark does not change.
void key_snapshot::a_second_passed() {
    if (list_is_shut_) read_list_again();
    if (keys_are_shut_) read_keys_again();
    end_keys_in_time();
}

void key_snapshot::read_list_again() {
    try {
        list_is_shut_ = true;
        const auto complaint = look_at_list();
        list_is_shut_ = false;
        say_once(said_of_list_, complaint, paths_.revoked);
    } catch (const std::exception& wrong) {
        say_once(said_of_list_, wrong.what(), paths_.revoked);
    }
}

void key_snapshot::read_keys_again() {
    try {
        keys_are_shut_ = true;
        look_at_keys();
        keys_are_shut_ = false;
        say_once(said_of_keys_, "", paths_.keys);
    } catch (const std::exception& wrong) {
        say_once(said_of_keys_, wrong.what(), paths_.keys);
    }
}

void key_snapshot::look_at_keys() {
    const auto ring = jwt::load_keys(paths_.keys);
    replace({std::make_shared<const jwt::prepared_keys>(ring), now()->revoked});
    end_keys_in_time();
}

std::string key_snapshot::look_at_list() {
    const auto list = read_list(paths_.revoked, reader_);
    if (!list) return had_list_ ? "The revocation list " + paths_.revoked.string() + " is gone." : "";
    had_list_ = true;
    // What was revoked stays so, whatever became of its line; and a line that cannot be read delays no other.
    if (!list->taken_back.is_empty()) take_back(list->taken_back);
    return complaint_about(*list, paths_.revoked);
}

// Grants that a key has given are not told apart from others, so losing one takes back all. That is rare, and
// costs each caller one more check.
void key_snapshot::end_keys_in_time() {
    auto accepted_now = now()->keys->accepted_at(today());
    const bool lost_one = std::any_of(accepted_.begin(), accepted_.end(), [&](const auto& one) {
        return std::find(accepted_now.begin(), accepted_now.end(), one) == accepted_now.end();
    });
    if (accepted_now != accepted_) {
        std::string names;
        for (const auto& [kid, tag] : accepted_now) names += (names.empty() ? "" : ", ") + kid;
        to_.info("keys that are accepted now: " + (names.empty() ? "none" : names));
    }
    accepted_ = std::move(accepted_now);
    if (lost_one) to_.forget("");
}

void key_snapshot::take_back(const token::revocations& more) {
    const auto before = now();
    const auto all = std::make_shared<token::revocations>(*before->revoked);
    all->add(more);
    replace({before->keys, all});
    if (before->revoked->keys != all->keys || before->revoked->principals != all->principals) return to_.forget("");
    for (const auto& id : more.signed_tokens)
        if (!before->revoked->signed_tokens.contains(id)) to_.forget(id);
}

void key_snapshot::say_once(std::string& said, const std::string& complaint, const fs::path& file) {
    if (said == complaint) return;
    if (complaint.empty()) to_.info(file.string() + " is good again");
    else
        to_.error(complaint + (complaint.ends_with('.') ? "" : ".") +
                  " What was read from it before goes on to count.");
    said = complaint;
    to_.report_degraded(said_of_keys_ + (said_of_keys_.empty() || said_of_list_.empty() ? "" : " ") + said_of_list_);
}

void key_snapshot::replace(snapshot next) {
    auto made = std::make_shared<const snapshot>(std::move(next));
    const std::lock_guard hold(mutex_);
    now_.swap(made);
}
